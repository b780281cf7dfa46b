/* SPDX-License-Identifier: Apache-2.0 */
/* CA files of any content: refused with an error that says so, or longer than before. */
#include "core/net/trust.h"
#include "fuzz.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct awi_ca *ca;

    if (!ca) {
        ca = awi_ca_new(NULL, 0);
    }
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_CHECK(fd >= 0 && write(fd, data, len) == (ssize_t)len);
    int out = awi_trust_file(ca, fd);
    FUZZ_CHECK(out >= 0 || out == -ENODATA || out == -ENOKEY);
    if (out >= 0) {
        /* A PKCS12 store may shrink on its way to JKS; our certificate alone is longer than this.
         */
        FUZZ_CHECK(lseek(out, 0, SEEK_END) > 400);
        close(out);
    }
    close(fd);
    return 0;
}
