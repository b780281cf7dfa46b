/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server certificates. The private key is looked at and not kept: nothing here serves with it.
 */
#include "services/iam/iam.h"
#include "services/iam/pem.h"

#include <errno.h>

#define malformed(req, ...) awi_fail((req), &iam_MalformedCertificateException_error, __VA_ARGS__)

int iam_certificate_check(struct awi_req *req, struct awi_str text, struct iam_certificate *ret)
{
    int r = iam_pem_certificate(awi_arena(req), text, ret);

    if (r == -EINVAL) {
        return malformed(
            req, "Unable to parse certificate. Please ensure the certificate is in PEM format.");
    }
    if (r == 0 && ret->until_ms <= awi_now(req)) {
        return malformed(req,
                         "Certificate is no longer valid. The 'Not After' date for the certificate "
                         "has passed.");
    }
    return r;
}

static int check(struct awi_req *req,
                 const struct iam_UploadServerCertificateRequest *in,
                 struct iam_certificate *ret)
{
    int bad = 0;
    int r = iam_certificate_check(req, in->CertificateBody, ret);

    if (r == 0 && ret->from_ms > awi_now(req)) {
        return malformed(req,
                         "Certificate is not yet valid. The 'Not Before' date for the certificate "
                         "has not passed.");
    }
    r = r ? r : iam_pem_check_key(in->CertificateBody, in->PrivateKey);
    if (r == -EINVAL) {
        return malformed(req, "Invalid Private Key.");
    }
    if (r == -EKEYREJECTED) {
        return awi_fail(req,
                        &iam_KeyPairMismatchException_error,
                        "Private key does not match the public key of the certificate.");
    }
    if (r == 0 && awi_str_is_set(in->CertificateChain)) {
        r = iam_pem_check_chain(in->CertificateBody, in->CertificateChain, &bad);
    }
    if (r == -EINVAL) {
        return malformed(req,
                         "Unable to parse certificate chain. Please ensure the certificates are in "
                         "PEM format.");
    }
    return r == -EKEYREJECTED ? malformed(req,
                                          "Unable to validate certificate chain. The certificate "
                                          "chain must start with the immediate signing "
                                          "certificate, followed by any intermediaries in order. "
                                          "The index within the chain of the invalid certificate "
                                          "is: %d",
                                          bad)
                              : r;
}

static void show(const struct core_ServerCertificateRecord *record,
                 struct iam_ServerCertificateMetadata *ret)
{
    *ret = (struct iam_ServerCertificateMetadata){
        .Path = record->Path,
        .ServerCertificateName = record->Name,
        .ServerCertificateId = record->Id,
        .Arn = record->Arn,
        .UploadDate = record->Uploaded,
        .Expiration = record->Expires,
    };
}

static int exists(struct awi_req *req, struct awi_str name)
{
    return iam_exists(
        req, "The Server Certificate with name %.*s already exists.", AWI_STR_FMT(name));
}

int iam_upload_server_certificate(struct awi_req *req,
                                  const struct iam_UploadServerCertificateRequest *in,
                                  struct iam_UploadServerCertificateResponse *out)
{
    struct iam_certificate certificate;
    struct core_ServerCertificateRecord record = {
        .Name = in->ServerCertificateName,
        .Id = iam_unique_id(req, "ASCA"),
        .Path = iam_path(in->Path),
        .Arn = iam_arn(req, "server-certificate", iam_path(in->Path), in->ServerCertificateName),
        .Uploaded = iam_now(req),
        .Body = in->CertificateBody,
        .Chain = in->CertificateChain,
    };
    int r = record.Id.ptr && record.Arn.ptr ? check(req, in, &certificate) : -ENOMEM;

    r = r ? r : iam_tags_take(req, &in->Tags, &record.Tags);
    if (r) {
        return r;
    }
    record.Expires = AWI_SOME_TIME(certificate.until_ms);
    r = iam_record_insert(req, IAM_TAGGED_CERT, record.Name, &record);
    if (r == -EEXIST) {
        return exists(req, record.Name);
    }
    r = r ? r : iam_quota_take(req, AWI_CERT_TABLE);
    out->ServerCertificateMetadata =
        awi_arena_new(awi_arena(req), struct iam_ServerCertificateMetadata);
    if (r || !out->ServerCertificateMetadata) {
        return r ? r : -ENOMEM;
    }
    show(&record, out->ServerCertificateMetadata);
    return record.Tags.n ? iam_tags_show(req, &record.Tags, &out->Tags) : 0;
}

int iam_get_server_certificate(struct awi_req *req,
                               const struct iam_GetServerCertificateRequest *in,
                               struct iam_GetServerCertificateResponse *out)
{
    struct iam_record record;
    struct iam_ServerCertificate *ret = awi_arena_new(awi_arena(req), struct iam_ServerCertificate);
    struct iam_ServerCertificateMetadata *metadata =
        awi_arena_new(awi_arena(req), struct iam_ServerCertificateMetadata);
    int r = ret && metadata
                ? iam_record_open(req, IAM_TAGGED_CERT, in->ServerCertificateName, &record)
                : -ENOMEM;

    if (r) {
        return r;
    }
    const struct core_ServerCertificateRecord *held = record.value;
    show(held, metadata);
    ret->ServerCertificateMetadata = metadata;
    ret->CertificateBody = held->Body;
    ret->CertificateChain = held->Chain;
    out->ServerCertificate = ret;
    return held->Tags.n ? iam_tags_show(req, &held->Tags, &ret->Tags) : 0;
}

int iam_update_server_certificate(struct awi_req *req,
                                  const struct iam_UpdateServerCertificateRequest *in,
                                  void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_CERT, in->ServerCertificateName, &record);

    if (r) {
        return r;
    }
    struct core_ServerCertificateRecord *held = record.value;
    r = iam_record_delete(req, &record);
    held->Name =
        awi_str_is_set(in->NewServerCertificateName) ? in->NewServerCertificateName : held->Name;
    held->Path = awi_str_is_set(in->NewPath) ? in->NewPath : held->Path;
    held->Arn = iam_arn(req, "server-certificate", held->Path, held->Name);
    r = r ? r : held->Arn.ptr ? 0 : -ENOMEM;
    r = r ? r : iam_record_insert(req, IAM_TAGGED_CERT, held->Name, held);
    return r == -EEXIST ? exists(req, held->Name) : r;
}

int iam_delete_server_certificate(struct awi_req *req,
                                  const struct iam_DeleteServerCertificateRequest *in,
                                  void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_CERT, in->ServerCertificateName, &record);

    r = r ? r : iam_record_delete(req, &record);
    return r ? r : iam_quota_give(req, AWI_CERT_TABLE);
}

struct listing {
    struct awi_req *req;
    struct awi_str prefix;
    struct iam_ServerCertificateMetadata *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_ServerCertificateRecord record;
    int r =
        awi_record_decode(value, awi_arena(l->req), &core_ServerCertificateRecord_shape, &record);

    if (r || !awi_str_starts(record.Path, l->prefix)) {
        return r ? r : IAM_SKIPPED;
    }
    show(&record, &l->items[l->n++]);
    return IAM_TAKEN;
}

int iam_list_server_certificates(struct awi_req *req,
                                 const struct iam_ListServerCertificatesRequest *in,
                                 struct iam_ListServerCertificatesResponse *out)
{
    struct listing l = {.req = req, .prefix = iam_path(in->PathPrefix)};
    struct awi_scope scope = iam_core_scope(req);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    l.items = awi_arena_array(awi_arena(req), struct iam_ServerCertificateMetadata, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(req, &scope, AWI_CERT_TABLE, AWI_STR(""), &page, take, &l);
    out->ServerCertificateMetadataList.items = l.items;
    out->ServerCertificateMetadataList.n = l.n;
    out->ServerCertificateMetadataList.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}
