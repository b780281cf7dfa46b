/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing certificates of users, by which they once signed SOAP requests.
 */
#include "services/iam/credential.h"
#include "services/iam/pem.h"

#include <errno.h>

#define ID_LEN 32 /* letters and digits */

static int open_user(struct awi_req *req, struct awi_str given, struct iam_entity *ret)
{
    struct awi_str name;
    int r = iam_user_named(req, given, &name);

    return r ? r : iam_entity_open(req, IAM_USER, name, ret);
}

static int open_certificate(struct awi_req *req,
                            struct awi_str name,
                            struct awi_str id,
                            struct iam_CredentialRecord *ret)
{
    struct iam_entity user;
    int r = open_user(req, name, &user);

    r = r ? r : iam_credential_get(req, IAM_SIGNING, &user, id, ret);
    return r != -ENOENT
               ? r
               : iam_missing(req, "The Certificate with id %.*s cannot be found.", AWI_STR_FMT(id));
}

struct held {
    struct awi_str fingerprint, user_id;
    size_t n;
    bool same;
};

/* A certificate may be one user's only, in the whole account. */
static int count(void *arg, const struct iam_CredentialRecord *record)
{
    struct held *held = arg;

    held->n += awi_str_eq(record->UserId, held->user_id);
    held->same |= awi_str_eq(record->Fingerprint, held->fingerprint);
    return 0;
}

static void show(const struct iam_entity *user,
                 const struct iam_CredentialRecord *record,
                 struct iam_SigningCertificate *ret)
{
    *ret = (struct iam_SigningCertificate){
        .UserName = user->name,
        .CertificateId = record->Id,
        .CertificateBody = record->Body,
        .Status = record->Status,
        .UploadDate = record->Created,
    };
}

int iam_upload_signing_certificate(struct awi_req *req,
                                   const struct iam_UploadSigningCertificateRequest *in,
                                   struct iam_UploadSigningCertificateResponse *out)
{
    struct iam_certificate certificate;
    struct iam_entity user;
    int r = open_user(req, in->UserName, &user);

    r = r ? r : iam_certificate_check(req, in->CertificateBody, &certificate);
    if (r) {
        return r;
    }
    struct held held = {.fingerprint = certificate.fingerprint, .user_id = user.user.UserId};
    r = iam_credential_each(req, IAM_SIGNING, NULL, count, &held);
    if (r == 0 && held.same) {
        return awi_fail(req,
                        &iam_DuplicateCertificateException_error,
                        "The same certificate is already associated with an IAM user in the "
                        "account.");
    }
    if (r == 0 && held.n >= IAM_MOST_SIGNING) {
        return iam_limit(req, "Cannot exceed quota for CertificatesPerUser: %d", IAM_MOST_SIGNING);
    }
    struct iam_CredentialRecord record = {
        .Id = awi_random_id(req, AWI_BASE32, ID_LEN),
        .UserId = user.user.UserId,
        .Status = AWI_STR("Active"),
        .Created = iam_now(req),
        .Body = in->CertificateBody,
        .Fingerprint = certificate.fingerprint,
    };
    out->Certificate = awi_arena_new(awi_arena(req), struct iam_SigningCertificate);
    r = r ? r : record.Id.ptr && out->Certificate ? 0 : -ENOMEM;
    r = r ? r : iam_credential_put(req, IAM_SIGNING, &record);
    if (r == 0) {
        show(&user, &record, out->Certificate);
    }
    return r;
}

int iam_update_signing_certificate(struct awi_req *req,
                                   const struct iam_UpdateSigningCertificateRequest *in,
                                   void *out)
{
    struct iam_CredentialRecord record;
    int r = open_certificate(req, in->UserName, in->CertificateId, &record);

    record.Status = in->Status;
    return r ? r : iam_credential_put(req, IAM_SIGNING, &record);
}

int iam_delete_signing_certificate(struct awi_req *req,
                                   const struct iam_DeleteSigningCertificateRequest *in,
                                   void *out)
{
    struct iam_CredentialRecord record;
    int r = open_certificate(req, in->UserName, in->CertificateId, &record);

    return r ? r : iam_credential_delete(req, IAM_SIGNING, &record);
}

struct listing {
    struct awi_req *req;
    struct iam_entity user;
    struct iam_SigningCertificate *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct iam_CredentialRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &iam_CredentialRecord_shape, &record);

    if (r == 0) {
        show(&l->user, &record, &l->items[l->n++]);
    }
    return r;
}

int iam_list_signing_certificates(struct awi_req *req,
                                  const struct iam_ListSigningCertificatesRequest *in,
                                  struct iam_ListSigningCertificatesResponse *out)
{
    struct listing l = {.req = req};
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    l.items = awi_arena_array(awi_arena(req), struct iam_SigningCertificate, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    if (!iam_is_root(req, in->UserName)) { /* who has none here */
        r = r ? r : open_user(req, in->UserName, &l.user);
        r = r ? r : iam_credential_page(req, IAM_SIGNING, &l.user, &page, take, &l);
    }
    out->Certificates = (struct iam_certificateListType){.items = l.items, .n = l.n, .set = true};
    IAM_PAGE_END(out, &page);
    return r;
}
