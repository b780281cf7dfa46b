/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SSH public keys of users.
 */
#include "services/iam/credential.h"
#include "services/iam/pem.h"

#include <errno.h>

#define MOST 5 /* SSHPublicKeysPerUser (reference_iam-quotas) */

static int open_key(struct awi_req *req,
                    struct awi_str name,
                    struct awi_str id,
                    struct iam_entity *user,
                    struct iam_CredentialRecord *ret)
{
    int r = iam_entity_open(req, IAM_USER, name, user);

    r = r ? r : iam_credential_get(req, IAM_SSH_KEY, user, id, ret);
    return r != -ENOENT
               ? r
               : iam_missing(req, "The Public Key with id %.*s cannot be found.", AWI_STR_FMT(id));
}

static int check(struct awi_req *req, struct awi_str body, struct iam_ssh_key *ret)
{
    int r = iam_ssh_key_read(awi_arena(req), body, ret);

    if (r == -ENOTSUP) {
        return awi_fail(req,
                        &iam_UnrecognizedPublicKeyEncodingException_error,
                        "The public key must be encoded in ssh-rsa or PEM format.");
    }
    if (r == -EINVAL || (r == 0 && ret->bits < 2048)) {
        return awi_fail(req,
                        &iam_InvalidPublicKeyException_error,
                        r ? "Unable to parse the public key."
                          : "The public key must be at least 2048 bits long.");
    }
    return r;
}

struct held {
    struct awi_str fingerprint;
    size_t n;
    bool same;
};

static int count(void *arg, const struct iam_CredentialRecord *record)
{
    struct held *held = arg;

    held->n++;
    held->same |= awi_str_eq(record->Fingerprint, held->fingerprint);
    return 0;
}

static int show(struct awi_req *req,
                const struct iam_entity *user,
                const struct iam_CredentialRecord *record,
                struct awi_str body,
                struct iam_SSHPublicKey **ret)
{
    *ret = awi_arena_new(awi_arena(req), struct iam_SSHPublicKey);
    if (!*ret) {
        return -ENOMEM;
    }
    **ret = (struct iam_SSHPublicKey){
        .UserName = user->name,
        .SSHPublicKeyId = record->Id,
        .Fingerprint = record->Fingerprint,
        .SSHPublicKeyBody = body,
        .Status = record->Status,
        .UploadDate = record->Created,
    };
    return 0;
}

int iam_upload_ssh_public_key(struct awi_req *req,
                              const struct iam_UploadSSHPublicKeyRequest *in,
                              struct iam_UploadSSHPublicKeyResponse *out)
{
    struct iam_entity user;
    struct iam_ssh_key key;
    int r = iam_entity_open(req, IAM_USER, in->UserName, &user);

    r = r ? r : check(req, in->SSHPublicKeyBody, &key);
    if (r) {
        return r;
    }
    struct held held = {.fingerprint = key.fingerprint};
    r = iam_credential_each(req, IAM_SSH_KEY, &user, count, &held);
    if (r == 0 && held.same) {
        return awi_fail(req,
                        &iam_DuplicateSSHPublicKeyException_error,
                        "The SSH public key is already associated with user %.*s.",
                        AWI_STR_FMT(user.name));
    }
    if (r == 0 && held.n >= MOST) {
        return iam_limit(req, "Cannot exceed quota for SSHPublicKeysPerUser: %d", MOST);
    }
    struct iam_CredentialRecord record = {
        .Id = iam_unique_id(req, "APKA"),
        .UserId = user.user.UserId,
        .Status = AWI_STR("Active"),
        .Created = iam_now(req),
        .Body = in->SSHPublicKeyBody,
        .Fingerprint = key.fingerprint,
    };
    r = r ? r : record.Id.ptr ? iam_credential_put(req, IAM_SSH_KEY, &record) : -ENOMEM;
    return r ? r : show(req, &user, &record, record.Body, &out->SSHPublicKey);
}

int iam_get_ssh_public_key(struct awi_req *req,
                           const struct iam_GetSSHPublicKeyRequest *in,
                           struct iam_GetSSHPublicKeyResponse *out)
{
    struct iam_CredentialRecord record;
    struct iam_entity user;
    struct iam_ssh_key key;
    int r = open_key(req, in->UserName, in->SSHPublicKeyId, &user, &record);

    r = r ? r : iam_ssh_key_read(awi_arena(req), record.Body, &key);
    return r ? r
             : show(req,
                    &user,
                    &record,
                    awi_str_is(in->Encoding, "PEM") ? key.pem : key.ssh,
                    &out->SSHPublicKey);
}

int iam_update_ssh_public_key(struct awi_req *req,
                              const struct iam_UpdateSSHPublicKeyRequest *in,
                              void *out)
{
    struct iam_CredentialRecord record;
    struct iam_entity user;
    int r = open_key(req, in->UserName, in->SSHPublicKeyId, &user, &record);

    record.Status = in->Status;
    return r ? r : iam_credential_put(req, IAM_SSH_KEY, &record);
}

int iam_delete_ssh_public_key(struct awi_req *req,
                              const struct iam_DeleteSSHPublicKeyRequest *in,
                              void *out)
{
    struct iam_CredentialRecord record;
    struct iam_entity user;
    int r = open_key(req, in->UserName, in->SSHPublicKeyId, &user, &record);

    return r ? r : iam_credential_delete(req, IAM_SSH_KEY, &record);
}

struct listing {
    struct awi_req *req;
    struct iam_entity user;
    struct iam_SSHPublicKeyMetadata *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct iam_CredentialRecord record;
    int r = awi_record_decode(value, awi_arena(l->req), &iam_CredentialRecord_shape, &record);

    l->items[l->n++] = (struct iam_SSHPublicKeyMetadata){
        .UserName = l->user.name,
        .SSHPublicKeyId = record.Id,
        .Status = record.Status,
        .UploadDate = record.Created,
    };
    return r;
}

int iam_list_ssh_public_keys(struct awi_req *req,
                             const struct iam_ListSSHPublicKeysRequest *in,
                             struct iam_ListSSHPublicKeysResponse *out)
{
    struct listing l = {.req = req};
    struct awi_str name;
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    l.items = awi_arena_array(awi_arena(req), struct iam_SSHPublicKeyMetadata, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_user_named(req, in->UserName, &name);
    r = r ? r : iam_entity_open(req, IAM_USER, name, &l.user);
    r = r ? r : iam_credential_page(req, IAM_SSH_KEY, &l.user, &page, take, &l);
    out->SSHPublicKeys = (struct iam_SSHPublicKeyListType){.items = l.items, .n = l.n, .set = true};
    IAM_PAGE_END(out, &page);
    return r;
}
