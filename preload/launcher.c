/* SPDX-License-Identifier: Apache-2.0 */
#include "preload/launcher.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "preload/real.h"
#include "preload/shim.h"

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#else
#define OUR_MACHINE EM_AARCH64
#endif

#define HEAD       4096 /* of a file: ELF header, program headers and notes lie there */
#define OWN_MARK   "libawsintercept.so"
#define SUPERVISED "AWSINTERCEPT_SUPERVISED="
#define DISABLED   "AWSINTERCEPT_DISABLE=1"

struct head {
    _Alignas(8) unsigned char bytes[HEAD];
    size_t size;
    bool privileged; /* the kernel gives it more than its caller has */
};

/* Set-user-ID and the like: under a supervisor it would be given nothing, unless by root's. */
static bool is_privileged(int fd)
{
    struct stat st;

    return geteuid() != 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 && fstat(fd, &st) == 0 &&
           (((st.st_mode & S_ISUID) && st.st_uid != geteuid()) ||
            ((st.st_mode & S_ISGID) && st.st_gid != getegid()) ||
            fgetxattr(fd, "security.capability", NULL, 0) > 0);
}

static bool read_head(const char *file, struct head *head)
{
    int fd = AWI_REAL(open)(file, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd < 0 ? -1 : pread(fd, head->bytes, HEAD, 0);

    head->privileged = n > 0 && is_privileged(fd);
    if (fd >= 0) {
        AWI_REAL(close)(fd);
    }
    head->size = n < 0 ? 0 : (size_t)n;
    return n > (ssize_t)sizeof(Elf64_Ehdr) && memcmp(head->bytes, ELFMAG, SELFMAG) == 0;
}

/* Is one of these notes Go's? An external linker puts it behind those of GNU. */
static bool has_go_note(const unsigned char *at, size_t left)
{
    Elf64_Nhdr note;

    while (left >= sizeof(note) + 3) {
        memcpy(&note, at, sizeof(note));
        if (note.n_namesz >= 3 && memcmp(at + sizeof(note), "Go", 3) == 0) {
            return true;
        }
        /* Both sizes are of 32 bits: the sum cannot overflow. */
        size_t size = sizeof(note) + (((size_t)note.n_namesz + 3) & ~(size_t)3) +
                      (((size_t)note.n_descsz + 3) & ~(size_t)3);
        if (size > left) {
            return false;
        }
        at += size;
        left -= size;
    }
    return false;
}

static bool is_go_part(const struct head *head, const Elf64_Phdr *part)
{
    if (part->p_type != PT_NOTE || part->p_offset >= head->size) {
        return false;
    }
    size_t left = head->size - part->p_offset;
    return has_go_note(head->bytes + part->p_offset, part->p_filesz < left ? part->p_filesz : left);
}

bool awi_launcher_runs_go(void)
{
    const Elf64_Phdr *parts = (const Elf64_Phdr *)getauxval(AT_PHDR);
    size_t n = parts ? getauxval(AT_PHNUM) : 0;
    uintptr_t base = 0;

    for (size_t i = 0; i < n; i++) {
        if (parts[i].p_type == PT_PHDR) {
            base = (uintptr_t)parts - parts[i].p_vaddr;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (parts[i].p_type == PT_NOTE &&
            has_go_note((const unsigned char *)(base + parts[i].p_vaddr), parts[i].p_memsz)) {
            return true;
        }
    }
    return false;
}

/* Static, built by Go, or of another word size or machine, into which we cannot be loaded. A file
 * we cannot read is left to the kernel, and so is one that would lose its privilege. */
static bool is_out_of_reach(const char *file)
{
    struct head head;
    bool has_loader = false, is_go = false;

    if (!read_head(file, &head) || head.privileged) {
        return false;
    }
    const Elf64_Ehdr *elf = (const Elf64_Ehdr *)(const void *)head.bytes;
    if (elf->e_type != ET_EXEC && elf->e_type != ET_DYN) {
        return false;
    }
    if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != OUR_MACHINE) {
        return true;
    }
    for (size_t i = 0; i < elf->e_phnum; i++) {
        size_t at = elf->e_phoff + i * sizeof(Elf64_Phdr);
        if (at + sizeof(Elf64_Phdr) > head.size) {
            return false;
        }
        const Elf64_Phdr *part = (const Elf64_Phdr *)(const void *)(head.bytes + at);
        has_loader |= part->p_type == PT_INTERP;
        is_go |= is_go_part(&head, part);
    }
    return !has_loader || is_go;
}

static bool is_meant(char *const *env, bool *ret_marked)
{
    bool preloaded = false;

    *ret_marked = false;
    for (; env && *env; env++) {
        if (strcmp(*env, DISABLED) == 0) {
            return false;
        }
        *ret_marked |= strncmp(*env, SUPERVISED, sizeof(SUPERVISED) - 1) == 0;
        preloaded |= strncmp(*env, "LD_PRELOAD=", 11) == 0 && strstr(*env, OWN_MARK);
    }
    return preloaded;
}

/* A mark may have come to a process that no supervisor ever saw; then there is no filter either,
 * unless another's. Without /proc the mark is believed. */
static bool has_filter(void)
{
    static const char filtered[] = "\nSeccomp:\t2";
    char status[4096];
    int fd = AWI_REAL(open)("/proc/self/status", O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd < 0 ? -1 : pread(fd, status, sizeof(status), 0);

    if (fd >= 0) {
        AWI_REAL(close)(fd);
    }
    return n < 0 || memmem(status, (size_t)n, filtered, sizeof(filtered) - 1) != NULL;
}

/* Beside us in a build directory, or where both are installed. */
static bool find_launcher(char *launcher)
{
    static const char *const places[] = {
        "../cli/awsintercept", "../../bin/awsintercept", "../../../bin/awsintercept"};
    Dl_info info;

    if (!dladdr((void *)awi_launcher_wanted, &info) || !info.dli_fname) {
        return false;
    }
    const char *slash = strrchr(info.dli_fname, '/');
    size_t len = slash ? (size_t)(slash - info.dli_fname) + 1 : 0;
    for (size_t i = 0; len && i < sizeof(places) / sizeof(places[0]); i++) {
        size_t more = strlen(places[i]) + 1;
        if (len + more > PATH_MAX) {
            return false;
        }
        memcpy(launcher, info.dli_fname, len);
        memcpy(launcher + len, places[i], more);
        if (AWI_REAL(access)(launcher, X_OK) == 0) {
            return true;
        }
    }
    return false;
}

bool awi_launcher_wanted(const char *file, char *const *env, char *launcher)
{
    bool marked;

    return file && is_meant(env, &marked) && is_out_of_reach(file) && !(marked && has_filter()) &&
           find_launcher(launcher);
}

const char *awi_launcher_find(const char *name, char *buf)
{
    const char *path = awi_environ("PATH");

    if (!name || !*name || strchr(name, '/')) {
        return name;
    }
    for (const char *at = path ? path : "/bin:/usr/bin"; at;) {
        const char *colon = strchr(at, ':');
        size_t len = colon ? (size_t)(colon - at) : strlen(at);
        struct stat st;
        if (len + strlen(name) + 2 < PATH_MAX) {
            memcpy(buf, at, len);
            buf[len] = '/';
            memcpy(buf + len + (len > 0), name, strlen(name) + 1);
            if (AWI_REAL(access)(buf, X_OK) == 0 && AWI_REAL(stat)(buf, &st) == 0 &&
                S_ISREG(st.st_mode)) {
                return buf;
            }
        }
        at = colon ? colon + 1 : NULL;
    }
    return NULL;
}

void awi_launcher_fill(
    const char **argv, const char *launcher, const char *file, char *const *args, size_t n)
{
    *argv++ = launcher;
    *argv++ = "run";
    *argv++ = "--argv0";
    *argv++ = n ? args[0] : file;
    *argv++ = "--";
    *argv++ = file;
    for (size_t i = 1; i <= n; i++) {
        *argv++ = args[i];
    }
    if (n == 0) {
        *argv = NULL;
    }
}
