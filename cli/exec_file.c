/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the head of an executable: kind, loader, notes and needed libraries. */
#include "cli/exec_file.h"

#include "core/util/cleanup.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

struct image {
    const unsigned char *bytes;
    size_t size;
};

static const void *part(const struct image *image, size_t at, size_t len)
{
    return at <= image->size && len <= image->size - at ? image->bytes + at : NULL;
}

/* The word that begins at or after *at on the first line. */
static void take_word(const struct image *image, size_t *at, char word[PATH_MAX])
{
    size_t len = 0;

    while (*at < image->size && (image->bytes[*at] == ' ' || image->bytes[*at] == '\t')) {
        (*at)++;
    }
    while (*at < image->size && !strchr(" \t\r\n", image->bytes[*at]) && len + 1 < PATH_MAX) {
        word[len++] = (char)image->bytes[(*at)++];
    }
    word[len] = '\0';
}

static void look_at_script(const struct image *image, struct awi_exec *ret)
{
    size_t at = 2;

    ret->kind = AWI_EXEC_SCRIPT;
    take_word(image, &at, ret->interpreter);
    take_word(image, &at, ret->argument);
}

static void
look_at_interpreter(const struct image *image, const Elf64_Phdr *ph, struct awi_exec *ret)
{
    const char *name = part(image, ph->p_offset, ph->p_filesz);

    if (!name || ph->p_filesz == 0 || ph->p_filesz > sizeof(ret->interpreter)) {
        return;
    }
    memcpy(ret->interpreter, name, ph->p_filesz);
    ret->interpreter[ph->p_filesz - 1] = '\0';
    ret->kind = AWI_EXEC_DYNAMIC;
    ret->musl = strstr(ret->interpreter, "ld-musl") != NULL;
}

static bool note_is_go(const struct image *image, const Elf64_Phdr *ph)
{
    size_t at = ph->p_offset;
    size_t end = ph->p_offset + ph->p_filesz;

    while (at < end) {
        const Elf64_Nhdr *note = part(image, at, sizeof(*note));
        const char *name = note ? part(image, at + sizeof(*note), note->n_namesz) : NULL;
        if (!name) {
            return false;
        }
        if (note->n_namesz >= 3 && memcmp(name, "Go", 3) == 0) {
            return true;
        }
        at += sizeof(*note) + ((note->n_namesz + 3u) & ~3u) + ((note->n_descsz + 3u) & ~3u);
    }
    return false;
}

static void look_at_elf(const struct image *image, struct awi_exec *ret)
{
    const Elf64_Ehdr *head = part(image, 0, sizeof(*head));

    ret->kind = AWI_EXEC_STATIC;
    if (!head || head->e_ident[EI_CLASS] != ELFCLASS64 ||
        head->e_machine !=
#if defined(__x86_64__)
            EM_X86_64
#else
            EM_AARCH64
#endif
    ) {
        ret->foreign = true;
        return;
    }
    for (size_t i = 0; i < head->e_phnum; i++) {
        const Elf64_Phdr *ph =
            part(image, head->e_phoff + i * sizeof(Elf64_Phdr), sizeof(Elf64_Phdr));
        if (!ph) {
            return;
        }
        if (ph->p_type == PT_INTERP) {
            look_at_interpreter(image, ph, ret);
        } else if (ph->p_type == PT_NOTE && note_is_go(image, ph)) {
            ret->go = true;
        }
    }
}

/* The whole file; size 0 and NULL: it is empty. 0 or -errno. */
static int map(int fd, const struct stat *st, struct image *ret)
{
    *ret = (struct image){.size = (size_t)st->st_size};
    if (ret->size == 0) {
        return 0;
    }
    ret->bytes = mmap(NULL, ret->size, PROT_READ, MAP_PRIVATE, fd, 0);
    return ret->bytes == MAP_FAILED ? -errno : 0;
}

int awi_exec_look(const char *path, struct awi_exec *ret)
{
    struct stat st;
    struct image image;
    AWI_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

    *ret = (struct awi_exec){.kind = AWI_EXEC_OTHER};
    if (fd < 0 || fstat(fd, &st) < 0) {
        return -errno;
    }
    ret->setid = ((st.st_mode & S_ISUID) && st.st_uid != geteuid()) ||
                 ((st.st_mode & S_ISGID) && st.st_gid != getegid());
    ret->capable = fgetxattr(fd, "security.capability", NULL, 0) > 0 && geteuid() != 0;
    ret->privileged = (ret->setid || ret->capable) && geteuid() != 0 &&
                      prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
    int r = map(fd, &st, &image);
    if (r < 0 || !image.bytes) {
        return r;
    }
    if (image.size > 2 && memcmp(image.bytes, "#!", 2) == 0) {
        look_at_script(&image, ret);
    } else if (image.size > SELFMAG && memcmp(image.bytes, ELFMAG, SELFMAG) == 0) {
        look_at_elf(&image, ret);
    }
    munmap((void *)(uintptr_t)image.bytes, image.size);
    return 0;
}

bool awi_exec_is_asan(const char *path)
{
    struct stat st;
    struct image image;
    AWI_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) < 0 || map(fd, &st, &image) < 0 || !image.bytes) {
        return false;
    }
    bool asan = memmem(image.bytes, image.size, "libasan.so", 10) != NULL ||
                memmem(image.bytes, image.size, "__asan_init", 11) != NULL;
    munmap((void *)(uintptr_t)image.bytes, image.size);
    return asan;
}
