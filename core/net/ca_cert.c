/* SPDX-License-Identifier: Apache-2.0 */
#include "core/net/ca_cert.h"

#include "core/util/buf.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define DAY 86400L
/* Clients that strictly follow the CA/Browser forum refuse more than 398 days; a clock that was set
 * back, or is faked, is forgiven a week. */
#define LEAF_PAST    (7 * DAY)
#define LEAF_FUTURE  (380 * DAY)
#define ROOT_PAST    (3650 * DAY)
#define ROOT_FUTURE  (3650 * DAY)
#define COMMON_MAX   64 /* ub-common-name of RFC 5280 */
#define CONFIG_LIMIT (1u << 20)

EVP_PKEY *awi_ca_key_new(OSSL_LIB_CTX *libctx)
{
    return EVP_PKEY_Q_keygen(libctx, NULL, "EC", "P-256");
}

bool awi_ca_is_host(struct awi_str host)
{
    if (host.len == 0 || host.len > 253 || host.ptr[0] == '.' || host.ptr[host.len - 1] == '.') {
        return false;
    }
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || c == '.' || c == ':';
        if (!good || (c == '.' && host.ptr[i + 1] == '.')) {
            return false;
        }
    }
    return true;
}

/* The address as bytes: their number, 0 for a name. */
static size_t address_bytes(struct awi_str host, unsigned char bytes[16])
{
    char text[INET6_ADDRSTRLEN];

    if (host.len >= sizeof(text)) {
        return 0;
    }
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1) {
        return 4;
    }
    return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

static bool is_address(struct awi_str host)
{
    unsigned char bytes[16];

    return address_bytes(host, bytes) > 0;
}

static int add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    int r = extension ? X509_add_ext(cert, extension, -1) : 0;
    X509_EXTENSION_free(extension);
    return r;
}

static int set_serial(OSSL_LIB_CTX *libctx, X509 *cert)
{
    unsigned char bytes[16];

    if (RAND_bytes_ex(libctx, bytes, sizeof(bytes), 0) != 1) {
        return 0;
    }
    bytes[0] = (unsigned char)((bytes[0] & 0x3f) | 0x40);
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    int r = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return r;
}

/* Version, serial number, key, validity and subject. */
static X509 *
begin(OSSL_LIB_CTX *libctx, EVP_PKEY *key, const char *common_name, long past, long future)
{
    X509 *cert = X509_new_ex(libctx, NULL);
    X509_NAME *name = cert ? X509_get_subject_name(cert) : NULL;
    time_t now = time(NULL);

    if (!cert || !X509_set_version(cert, X509_VERSION_3) || !set_serial(libctx, cert) ||
        !X509_set_pubkey(cert, key) ||
        !X509_time_adj_ex(X509_getm_notBefore(cert), 0, -past, &now) ||
        !X509_time_adj_ex(X509_getm_notAfter(cert), 0, future, &now) ||
        !X509_NAME_add_entry_by_txt(
            name, "O", MBSTRING_ASC, (const unsigned char *)"awsintercept", -1, -1, 0) ||
        !X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, (const unsigned char *)common_name, -1, -1, 0)) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

static X509 *sign(X509 *cert, EVP_PKEY *key, bool complete)
{
    if (!complete || !X509_sign(cert, key, EVP_sha256())) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

/* The value of the name constraints extension, as X509V3_EXT_conf_nid() reads it. */
static void constraints(struct awi_buf *buf, const struct awi_str *hosts, size_t n_hosts)
{
    awi_buf_strz(buf, "critical");
#define AWI_HOST_SUFFIX(suffix, partition, dualstack) awi_buf_strz(buf, ",permitted;DNS:" suffix);
#define AWI_HOST_NAME(name)                           awi_buf_strz(buf, ",permitted;DNS:" name);
#define AWI_HOST_ADDR4(text, a, b, c, d)                                                           \
    awi_buf_strz(buf, ",permitted;IP:" text "/255.255.255.255");
#define AWI_HOST_ADDR6(text, a, b, c, d, e, f, g, h)                                               \
    awi_buf_strz(buf, ",permitted;IP:" text "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
#include "awsintercept/hosts.def"
    awi_buf_strz(buf, ",permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0");
    awi_buf_strz(buf, ",permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    /* The discard prefix (RFC 6666), from which the shim takes its IPv6 addresses. */
    awi_buf_strz(buf, ",permitted;IP:100::/ffff:ffff:ffff:ffff::");
    for (size_t i = 0; i < n_hosts; i++) {
        unsigned char bytes[16];
        if (!awi_ca_is_host(hosts[i])) {
            continue;
        }
        size_t n_bytes = address_bytes(hosts[i], bytes);
        awi_buf_printf(buf,
                       ",permitted;%s:%.*s%s",
                       n_bytes ? "IP" : "DNS",
                       AWI_STR_FMT(hosts[i]),
                       n_bytes == 4    ? "/255.255.255.255"
                       : n_bytes == 16 ? "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                                       : "");
    }
}

X509 *
awi_ca_root_new(OSSL_LIB_CTX *libctx, EVP_PKEY *key, const struct awi_str *hosts, size_t n_hosts)
{
    struct awi_buf permitted = AWI_BUF_INIT(CONFIG_LIMIT);
    unsigned char tag[4];
    char common_name[COMMON_MAX];

    if (RAND_bytes_ex(libctx, tag, sizeof(tag), 0) != 1) {
        return NULL;
    }
    /* A name of its own for every CA: a client that knows several tells them apart. */
    snprintf(common_name,
             sizeof(common_name),
             "awsintercept local CA %02x%02x%02x%02x",
             tag[0],
             tag[1],
             tag[2],
             tag[3]);
    X509 *cert = begin(libctx, key, common_name, ROOT_PAST, ROOT_FUTURE);
    if (!cert) {
        return NULL;
    }
    constraints(&permitted, hosts, n_hosts);
    bool complete =
        !awi_buf_failed(&permitted) && X509_set_issuer_name(cert, X509_get_subject_name(cert)) &&
        add_extension(cert, cert, NID_subject_key_identifier, "hash") &&
        add_extension(cert, cert, NID_authority_key_identifier, "keyid:always") &&
        add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(cert, cert, NID_name_constraints, permitted.ptr);
    awi_buf_deinit(&permitted);
    return sign(cert, key, complete);
}

static int alternative_name(char *text, size_t size, struct awi_str host)
{
    const char *kind = is_address(host) ? "IP" : "DNS";

    return snprintf(text, size, "%s:%.*s", kind, AWI_STR_FMT(host));
}

X509 *awi_ca_leaf_new(
    OSSL_LIB_CTX *libctx, X509 *root, EVP_PKEY *root_key, EVP_PKEY *key, struct awi_str host)
{
    char common_name[COMMON_MAX + 1] = "awsintercept";
    char names[300];

    /* An address there would be held against the constraints for names. */
    if (host.len <= COMMON_MAX && !is_address(host)) {
        memcpy(common_name, host.ptr, host.len);
        common_name[host.len] = '\0';
    }
    X509 *cert = begin(libctx, key, common_name, LEAF_PAST, LEAF_FUTURE);
    if (!cert) {
        return NULL;
    }
    alternative_name(names, sizeof(names), host);
    bool complete = X509_set_issuer_name(cert, X509_get_subject_name(root)) &&
                    add_extension(cert, root, NID_subject_key_identifier, "hash") &&
                    add_extension(cert, root, NID_authority_key_identifier, "keyid:always") &&
                    add_extension(cert, root, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(cert, root, NID_key_usage, "critical,digitalSignature") &&
                    add_extension(cert, root, NID_ext_key_usage, "serverAuth") &&
                    add_extension(cert, root, NID_subject_alt_name, names);
    return sign(cert, root_key, complete);
}

static bool subtree_permits(const GENERAL_NAME *base,
                            struct awi_str host,
                            const unsigned char *bytes,
                            size_t n_bytes)
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(base, &type);
    const unsigned char *data = ASN1_STRING_get0_data(value);
    size_t len = (size_t)ASN1_STRING_length(value);

    if (type == GEN_DNS && n_bytes == 0) {
        struct awi_str suffix = awi_str_of(data, len);
        return awi_str_ends_nocase(host, suffix) &&
               (host.len == len || host.ptr[host.len - len - 1] == '.');
    }
    if (type != GEN_IPADD || n_bytes == 0 || len != 2 * n_bytes) {
        return false;
    }
    for (size_t i = 0; i < n_bytes; i++) {
        if ((bytes[i] ^ data[i]) & data[n_bytes + i]) {
            return false;
        }
    }
    return true;
}

bool awi_ca_root_permits(X509 *root, struct awi_str host)
{
    NAME_CONSTRAINTS *constraint = X509_get_ext_d2i(root, NID_name_constraints, NULL, NULL);
    unsigned char bytes[16];
    size_t n_bytes = address_bytes(host, bytes);
    bool permits = false;

    for (int i = 0; constraint && i < sk_GENERAL_SUBTREE_num(constraint->permittedSubtrees); i++) {
        const GENERAL_SUBTREE *subtree = sk_GENERAL_SUBTREE_value(constraint->permittedSubtrees, i);
        permits = permits || subtree_permits(subtree->base, host, bytes, n_bytes);
    }
    NAME_CONSTRAINTS_free(constraint);
    return permits;
}
