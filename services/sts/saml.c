/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AssumeRoleWithSAML (STS API; IAM user guide: id_roles_providers_create_saml_assertions,
 * reference_policies_iam-condition-keys "saml"). The certificates are those of the metadata that
 * IAM's SAML provider holds; times are judged by the emulation's clock.
 */
#include "services/sts/sts.h"

#include "core/identity/principal.h"
#include "core/store/record.h"
#include "core/token/saml.h"
#include "core/util/base64.h"
#include "core/util/digest.h"

#include <errno.h>

#define ATTRIBUTE "https://aws.amazon.com/SAML/Attributes/"
#define AWS_NAME  "urn:amazon:webservices"
#define MINUTES_5 (5 * 60 * 1000)
#define MOST_TAGS 50

struct reading {
    struct awi_req *req;
    const struct sts_role *role;
    struct awi_str provider; /* ARN */
    struct awi_saml saml;
    struct sts_saml *ret;
};

static int invalid(struct reading *in, const char *message)
{
    return awi_fail(in->req, &sts_InvalidIdentityTokenException_error, "%s", message);
}

/* --- Is it good ------------------------------------------------------------------------------ */

static int find_provider(struct reading *in, struct core_SamlProviderRecord *ret)
{
    struct awi_scope scope = awi_principal_scope(awi_request_txn(in->req), in->role->account);
    struct awi_iam_arn parts;

    if (awi_iam_arn_parse(in->provider, &parts) || !awi_str_is(parts.kind, "saml-provider") ||
        !awi_str_eq(parts.account, in->role->account)) {
        return invalid(in, "Specified provider doesn't exist");
    }
    in->ret->provider_name = parts.name;
    int r = awi_record_get(&scope,
                           AWI_SAML_TABLE,
                           in->provider,
                           awi_arena(in->req),
                           &core_SamlProviderRecord_shape,
                           ret);
    return r == -ENOENT ? invalid(in, "Specified provider doesn't exist") : r;
}

static int take_keys(struct reading *in,
                     const struct core_SamlProviderRecord *record,
                     struct awi_saml_provider *ret)
{
    const struct core_SamlKeys *held = &record->PrivateKeys;
    struct awi_str *keys = awi_arena_array(awi_arena(in->req), struct awi_str, held->n);

    for (size_t i = 0; keys && i < held->n; i++) {
        keys[i] = held->items[i].Pem;
    }
    *ret = (struct awi_saml_provider){record->Metadata, keys, held->n};
    return keys ? 0 : -ENOMEM;
}

static int read_response(struct reading *in, struct awi_str encoded)
{
    struct awi_saml_provider provider = {.n_keys = 0};
    struct core_SamlProviderRecord record;
    enum awi_saml_verdict verdict;
    struct awi_str text;
    int r = find_provider(in, &record);

    r = r ? r : take_keys(in, &record, &provider);
    if (r) {
        return r;
    }
    r = awi_base64_decode_lines(awi_arena(in->req), encoded, &text);
    if (r == -EINVAL) {
        return invalid(in, "Invalid base64 SAMLResponse");
    }
    r = r ? r : awi_saml_read(awi_arena(in->req), text, &provider, &verdict, &in->saml);
    if (r == 0 && verdict == AWI_SAML_GOOD && !in->saml.encrypted &&
        awi_str_is(record.EncryptionMode, "Required")) {
        return invalid(in, "The SAML assertion must be encrypted");
    }
    return r                               ? r
           : verdict == AWI_SAML_MALFORMED ? invalid(in,
                                                     "Your request included an invalid SAML "
                                                     "response")
           : verdict == AWI_SAML_STRANGER  ? invalid(in, "Issuer not present in specified provider")
           : verdict == AWI_SAML_FORGED    ? invalid(in, "Response signature invalid")
                                           : 0;
}

static int expired(struct reading *in, const char *message)
{
    return awi_fail(in->req, &sts_ExpiredTokenException_error, "%s", message);
}

static int check_times(struct reading *in)
{
    const struct awi_saml *saml = &in->saml;
    int64_t now = awi_now(in->req);

    if (!saml->issued || !saml->not_after) {
        return invalid(in, "Your request included an invalid SAML response");
    }
    if (now >= saml->issued + MINUTES_5) {
        return expired(in, "Token must be redeemed within 5 minutes of issuance");
    }
    if (now >= saml->not_after || (saml->session_until && now >= saml->session_until)) {
        return expired(in, "Token is expired");
    }
    return saml->issued > now + MINUTES_5 || saml->not_before > now + MINUTES_5
               ? awi_fail(in->req, &sts_IDPRejectedClaimException_error, "Token is not valid yet")
               : 0;
}

/* https://signin.aws.amazon.com/saml, or a region's: https://us-east-1.signin.aws.amazon.com/saml,
 * with or without what follows. */
static bool is_sign_in(struct awi_str url)
{
    struct awi_str host, mark = AWI_STR("signin.aws.amazon.com");

    if (!awi_str_starts(url, AWI_STR("https://"))) {
        return false;
    }
    url = awi_str_skip(url, strlen("https://"));
    awi_str_cut(&url, '/', &host);
    return (awi_str_eq(host, mark) || awi_str_ends(host, AWI_STR(".signin.aws.amazon.com"))) &&
           awi_str_is_set(url) && awi_str_starts(url, AWI_STR("saml"));
}

static int check_place(struct reading *in)
{
    const struct awi_saml *saml = &in->saml;
    bool ours = saml->n_audiences == 0;

    for (size_t i = 0; i < saml->n_audiences; i++) {
        ours |= awi_str_is(saml->audiences[i], AWS_NAME) || is_sign_in(saml->audiences[i]);
    }
    return ours && is_sign_in(saml->recipient)
               ? 0
               : invalid(in, "The audience or recipient of the SAML response is not AWS");
}

/* --- What it says ---------------------------------------------------------------------------- */

static struct awi_str single(const struct reading *in, const char *name)
{
    const struct awi_saml_attribute *attribute = awi_saml_attribute(&in->saml, name);

    return attribute && attribute->n == 1 ? attribute->values[0] : AWI_STR_NULL;
}

/* "role,provider" or the other way round: is the pair that is asked for among them? */
static int check_role(struct reading *in, struct awi_str role_arn)
{
    const struct awi_saml_attribute *roles = awi_saml_attribute(&in->saml, ATTRIBUTE "Role");

    for (size_t i = 0; roles && i < roles->n; i++) {
        struct awi_str second = roles->values[i], first;
        awi_str_cut(&second, ',', &first);
        first = awi_str_trim(first);
        second = awi_str_trim(second);
        if ((awi_str_eq(first, role_arn) && awi_str_eq(second, in->provider)) ||
            (awi_str_eq(second, role_arn) && awi_str_eq(first, in->provider))) {
            return 0;
        }
    }
    return awi_fail(
        in->req, &awi_error_AccessDenied, "Not authorized to perform sts:AssumeRoleWithSAML");
}

static bool is_session_name(struct awi_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], lower = (char)(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && !strchr("_+=,.@-", c)) {
            return false;
        }
    }
    return text.len >= 2 && text.len <= 64;
}

static int read_session_name(struct reading *in)
{
    in->ret->session_name = single(in, ATTRIBUTE "RoleSessionName");
    if (!awi_str_is_set(in->ret->session_name)) {
        return invalid(in, "RoleSessionName is required in AuthnResponse");
    }
    return is_session_name(in->ret->session_name)
               ? 0
               : invalid(in,
                         "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
}

static int read_tags(struct reading *in)
{
    struct awi_str head = AWI_STR(ATTRIBUTE "PrincipalTag:");
    const struct awi_saml_attribute *keys =
        awi_saml_attribute(&in->saml, ATTRIBUTE "TransitiveTagKeys");
    struct sts_federated *who = &in->ret->who;

    who->tags.items = awi_arena_array(awi_arena(in->req), struct sts_Tag, MOST_TAGS);
    if (!who->tags.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < in->saml.n_attributes; i++) {
        const struct awi_saml_attribute *at = &in->saml.attributes[i];
        struct awi_str key =
            awi_str_starts(at->name, head) ? awi_str_skip(at->name, head.len) : AWI_STR_NULL;
        if (!awi_str_is_set(key)) {
            continue;
        }
        if (at->n != 1 || key.len == 0 || key.len > 128 || at->values[0].len > 256 ||
            who->tags.n == MOST_TAGS) {
            return invalid(in, "The PrincipalTag attributes of the SAML response are not valid");
        }
        who->tags.items[who->tags.n++] = (struct sts_Tag){.Key = key, .Value = at->values[0]};
    }
    who->transitive.items = keys ? keys->values : NULL;
    who->transitive.n = keys ? keys->n : 0;
    who->source_identity = single(in, ATTRIBUTE "SourceIdentity");
    return 0;
}

/* BASE64(SHA1(issuer + account + "/" + provider)) */
static int qualify(struct reading *in)
{
    unsigned char digest[AWI_DIGEST_MAX];
    struct awi_str text = awi_arena_printf(awi_arena(in->req),
                                           "%.*s%.*s/%.*s",
                                           AWI_STR_FMT(in->saml.issuer),
                                           AWI_STR_FMT(in->role->account),
                                           AWI_STR_FMT(in->ret->provider_name));
    int r = text.ptr ? awi_digest_of(AWI_SHA1, text, digest) : -ENOMEM;

    if (r == 0) {
        in->ret->name_qualifier =
            awi_base64(awi_arena(in->req), awi_str_of(digest, awi_digest_size(AWI_SHA1)));
        r = in->ret->name_qualifier.ptr ? 0 : -ENOMEM;
    }
    return r;
}

static int add_keys(struct reading *in)
{
    struct sts_federated *who = &in->ret->who;
    struct awi_str doc = awi_arena_printf(awi_arena(in->req),
                                          "%.*s/%.*s",
                                          AWI_STR_FMT(in->role->account),
                                          AWI_STR_FMT(in->ret->provider_name));
    const struct core_Tag keys[] = {
        {AWI_STR("saml:aud"), in->saml.recipient},
        {AWI_STR("saml:doc"), doc},
        {AWI_STR("saml:iss"), in->saml.issuer},
        {AWI_STR("saml:namequalifier"), in->ret->name_qualifier},
        {AWI_STR("saml:sub"), in->saml.subject},
        {AWI_STR("saml:sub_type"), in->ret->subject_type},
    };
    size_t n = sizeof(keys) / sizeof(*keys);

    who->keys = awi_arena_array(awi_arena(in->req), struct awi_context_entry, n);
    who->kept.items = awi_arena_array(awi_arena(in->req), struct core_Tag, n);
    if (!doc.ptr || !who->keys || !who->kept.items) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < n; i++) {
        if (awi_str_is_set(keys[i].Value)) {
            struct core_Tag *kept = &who->kept.items[who->kept.n++];
            *kept = keys[i];
            who->keys[who->n_keys++] =
                (struct awi_context_entry){.key = kept->Key, .values = &kept->Value, .n = 1};
        }
    }
    who->kept.set = true;
    return 0;
}

/* "persistent" and "transient" of the formats that SAML has, others as they are. */
static struct awi_str type_of(struct awi_str format)
{
    struct awi_str head = AWI_STR("urn:oasis:names:tc:SAML:2.0:nameid-format:");
    struct awi_str type = awi_str_starts(format, head) ? awi_str_skip(format, head.len) : format;

    return awi_str_is(type, "persistent") || awi_str_is(type, "transient") ? type : format;
}

int sts_saml_read(struct awi_req *req,
                  const struct sts_role *role,
                  const struct sts_AssumeRoleWithSAMLRequest *in,
                  struct sts_saml *ret)
{
    struct reading reading = {.req = req, .role = role, .provider = in->PrincipalArn, .ret = ret};

    *ret = (struct sts_saml){.who = {.provider = in->PrincipalArn}};
    int r = read_response(&reading, in->SAMLAssertion);
    r = r ? r : check_times(&reading);
    r = r ? r : check_place(&reading);
    if (r == 0 && !awi_str_is_set(reading.saml.subject)) {
        r = invalid(&reading, "Your request included an invalid SAML response");
    }
    ret->issuer = reading.saml.issuer;
    ret->who.subject = reading.saml.subject;
    ret->who.audience = reading.saml.recipient;
    ret->subject_type = type_of(reading.saml.subject_format);
    ret->until = reading.saml.session_until;
    r = r ? r : check_role(&reading, in->RoleArn);
    r = r ? r : read_session_name(&reading);
    r = r ? r : qualify(&reading);
    r = r ? r : read_tags(&reading);
    return r ? r : add_keys(&reading);
}

/* --- The operation --------------------------------------------------------------------------- */

/* A session ends with the one at the provider. */
static void shorten(struct awi_req *req, int64_t until, struct awi_opt_i32 *seconds)
{
    int64_t left = (until - awi_now(req)) / 1000;
    int32_t wanted = seconds->set ? seconds->v : 3600;

    if (until && left < wanted) {
        *seconds = AWI_SOME_I32((int32_t)left);
    }
}

int sts_assume_role_with_saml(struct awi_req *req,
                              const struct sts_AssumeRoleWithSAMLRequest *in,
                              struct sts_AssumeRoleWithSAMLResponse *out)
{
    struct sts_opened opened = {.keys = NULL};
    struct sts_saml saml;
    struct sts_role role;
    bool refused;
    int r = sts_role_find(req, in->RoleArn, &role, &refused);

    r = r ? r : sts_saml_read(req, &role, in, &saml);
    if (r || refused) {
        return r ? r
                 : awi_fail(req,
                            &awi_error_AccessDenied,
                            "Not authorized to perform sts:AssumeRoleWithSAML");
    }
    struct core_SessionRecord session = {.FederatedProvider = saml.who.provider,
                                         .Claims = saml.who.kept};
    struct sts_wish wish = {
        .role = &role,
        .session_name = saml.session_name,
        .seconds = in->DurationSeconds,
        .policy = in->Policy,
        .policy_arns = &in->PolicyArns,
        .tags = &saml.who.tags,
        .transitive = &saml.who.transitive,
        .source_identity = saml.who.source_identity,
    };
    shorten(req, saml.until, &wish.seconds);
    r = sts_session_open(req, &wish, &session, &opened);
    out->Credentials = opened.keys;
    out->AssumedRoleUser = opened.who;
    out->PackedPolicySize = opened.packed_size;
    out->Subject = saml.who.subject;
    out->SubjectType = saml.subject_type;
    out->Issuer = saml.issuer;
    out->Audience = saml.who.audience;
    out->NameQualifier = saml.name_qualifier;
    out->SourceIdentity = session.SourceIdentity;
    return r;
}
