/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over the files of a folder, and over what simple damage makes of them: every
 * cut, and bytes changed by a fixed sequence.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>

#define LONGEST (1 << 20)
#define CHANGES 2000

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void run(const uint8_t *data, size_t len)
{
    /* A copy of exactly that size, so that sanitizers see a read beyond it. */
    uint8_t *copy = malloc(len ? len : 1);

    if (!copy) {
        exit(1);
    }
    memcpy(copy, data, len);
    awi_fuzz(copy, len);
    free(copy);
}

static void run_damaged(uint8_t *data, size_t len, uint64_t *state)
{
    static const char telling[] = "\"\\{}[],:*?$'0-+eTZ/.\xff";

    for (size_t i = 0; i < len; i += 1 + len / 500) {
        run(data, i);
    }
    for (int i = 0; i < CHANGES && len; i++) {
        size_t at = next_random(state) % len;
        uint8_t kept = data[at];
        data[at] = i & 1 ? (uint8_t)telling[next_random(state) % (sizeof(telling) - 1)]
                         : (uint8_t)next_random(state);
        run(data, len);
        /* Damage adds up for a while. */
        if (next_random(state) % 4) {
            data[at] = kept;
        }
    }
}

static int run_file(const char *folder, const char *name, uint64_t *state)
{
    static uint8_t data[LONGEST];
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rbe");
    if (!file) {
        perror(path);
        return 1;
    }
    size_t len = fread(data, 1, sizeof(data), file);
    fclose(file);
    run(data, len);
    run_damaged(data, len, state);
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t state = 0x9e3779b97f4a7c15u;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    int files = 0;

    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (run_file(argv[1], entry->d_name, &state)) {
            return 1;
        }
        files++;
    }
    closedir(folder);
    printf("%d files\n", files);
    return files == 0;
}
