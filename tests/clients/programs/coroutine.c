/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of coroutines: each of its calls is made on a small stack of its own, painted before.
 *
 *     coroutine SIZE HOST REQUEST-FILE...
 *
 * Sends each request in plain text and again in TLS, and prints "plain|tls NAME STATUS BYTES",
 * BYTES being what the deepest call took of the stack.
 */
#include <netdb.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

enum { PAINT = 0x5a };

struct call {
    enum { RESOLVE, CONNECT, SEND, RECV, CLOSE } what;
    int fd;
    const char *port;
    struct addrinfo *list;
    void *buf;
    size_t len;
    ssize_t result;
};

static const char *host;
static unsigned char *stack;
static size_t stack_size, deepest;
static ucontext_t caller, callee;
static struct call call;

static void run_call(void)
{
    static const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    switch (call.what) {
    case RESOLVE:
        call.result = getaddrinfo(host, call.port, &hints, &call.list);
        break;
    case CONNECT:
        call.result = connect(call.fd, call.list->ai_addr, call.list->ai_addrlen);
        break;
    case SEND:
        call.result = send(call.fd, call.buf, call.len, MSG_NOSIGNAL);
        break;
    case RECV:
        call.result = recv(call.fd, call.buf, call.len, 0);
        break;
    case CLOSE:
        call.result = close(call.fd);
        break;
    }
}

static ssize_t on_small_stack(struct call it)
{
    call = it;
    memset(stack, PAINT, stack_size);
    getcontext(&callee);
    callee.uc_stack.ss_sp = stack;
    callee.uc_stack.ss_size = stack_size;
    callee.uc_link = &caller;
    makecontext(&callee, run_call, 0);
    swapcontext(&caller, &callee);
    size_t untouched = 0;
    while (untouched < stack_size && stack[untouched] == PAINT) {
        untouched++;
    }
    deepest = stack_size - untouched > deepest ? stack_size - untouched : deepest;
    return call.result;
}

static int dial(const char *port)
{
    if (on_small_stack((struct call){.what = RESOLVE, .port = port}) != 0) {
        return -1;
    }
    struct addrinfo *list = call.list;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ssize_t r = on_small_stack((struct call){.what = CONNECT, .fd = fd, .list = list});
    freeaddrinfo(list);
    return r < 0 ? -1 : fd;
}

static void hang_up(int fd, const char *how, const char *name, const char *answer)
{
    on_small_stack((struct call){.what = CLOSE, .fd = fd});
    printf("%s %s %.3s %zu\n", how, name, strlen(answer) > 12 ? answer + 9 : "-", deepest);
    deepest = 0;
}

static void ask_plain(const char *name, char *request, size_t len)
{
    char answer[65536] = "";
    int fd = dial("80");
    on_small_stack((struct call){.what = SEND, .fd = fd, .buf = request, .len = len});
    on_small_stack((struct call){.what = RECV, .fd = fd, .buf = answer, .len = sizeof(answer) - 1});
    hang_up(fd, "plain", name, answer);
}

/* What the TLS library has to say goes out, and what has come goes in. */
static void carry(SSL *ssl, int fd, int wait)
{
    char buf[20000];
    int n;
    while ((n = BIO_read(SSL_get_wbio(ssl), buf, sizeof(buf))) > 0) {
        on_small_stack((struct call){.what = SEND, .fd = fd, .buf = buf, .len = (size_t)n});
    }
    if (wait) {
        struct call it = {.what = RECV, .fd = fd, .buf = buf, .len = sizeof(buf)};
        ssize_t got = on_small_stack(it);
        BIO_write(SSL_get_rbio(ssl), buf, got > 0 ? (int)got : 0);
    }
}

static void ask_in_tls(SSL_CTX *ctx, const char *name, char *request, size_t len)
{
    enum { ROUNDS = 20 };
    char answer[65536] = "";
    int fd = dial("443");
    SSL *ssl = SSL_new(ctx);
    SSL_set_tlsext_host_name(ssl, host);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    for (int i = 0; i < ROUNDS && SSL_do_handshake(ssl) != 1; i++) {
        carry(ssl, fd, 1);
    }
    SSL_write(ssl, request, (int)len);
    carry(ssl, fd, 0);
    for (int i = 0; i < ROUNDS && SSL_read(ssl, answer, sizeof(answer) - 1) <= 0; i++) {
        carry(ssl, fd, 1);
    }
    hang_up(fd, "tls", name, answer);
    SSL_free(ssl);
}

static int make_stack(const char *size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    stack_size = strtoul(size, NULL, 10);
    unsigned char *pages =
        mmap(NULL, stack_size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages, page, PROT_NONE) < 0) {
        return -1;
    }
    stack = pages + page;
    return 0;
}

int main(int argc, char **argv)
{
    static char request[1 << 20];
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (argc < 4 || !ctx || make_stack(argv[1]) < 0) {
        return 2;
    }
    host = argv[2];
    for (int i = 3; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");
        size_t len = file ? fread(request, 1, sizeof(request), file) : 0;
        const char *slash = strrchr(argv[i], '/');
        const char *name = slash ? slash + 1 : argv[i];
        if (!len || fclose(file)) {
            return 2;
        }
        ask_plain(name, request, len);
        ask_in_tls(ctx, name, request, len);
    }
    return 0;
}
