/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual MFA devices. Enabling one takes two codes that follow each other, as AWS asks for.
 */
#include "services/iam/iam.h"

#include "core/identity/mfa.h"
#include "core/util/base64.h"

#include <errno.h>

#define MOST         8   /* MFADevicesPerUser (reference_iam-quotas) */
#define ENABLE_SLACK 4   /* steps: a clock may be two minutes off */
#define RESYNC_SLACK 120 /* an hour */

static struct awi_str base32(struct awi_req *req, struct awi_str bytes)
{
    size_t n = bytes.len * 8 / 5;
    char *out = awi_arena_alloc(awi_arena(req), n + 1);
    unsigned bits = 0, have = 0;
    size_t at = 0;

    for (size_t i = 0; out && i < bytes.len; i++) {
        bits = bits << 8 | (unsigned char)bytes.ptr[i];
        have += 8;
        while (have >= 5) {
            have -= 5;
            out[at++] = AWI_BASE32[bits >> have & 31];
        }
        bits &= (1u << have) - 1;
    }
    return awi_str_of(out, out ? at : 0);
}

/* The smallest valid picture: one white point. Who wants a code to scan makes it from the seed. */
static const unsigned char picture[] = {
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
    0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00,
    0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78,
    0x9c, 0x63, 0xf8, 0x0f, 0x00, 0x01, 0x01, 0x01, 0x00, 0xb1, 0x38, 0xf6, 0x14, 0x00,
    0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};

int iam_create_virtual_mfa_device(struct awi_req *req,
                                  const struct iam_CreateVirtualMFADeviceRequest *in,
                                  struct iam_CreateVirtualMFADeviceResponse *out)
{
    unsigned char seed[AWI_MFA_SEED_LEN];
    struct iam_VirtualMFADevice *device =
        awi_arena_new(awi_arena(req), struct iam_VirtualMFADevice);
    struct core_MfaDeviceRecord record = {
        .Path = iam_path(in->Path),
        .Name = in->VirtualMFADeviceName,
        .SerialNumber = iam_arn(req, "mfa", iam_path(in->Path), in->VirtualMFADeviceName),
        .Seed = awi_str_of(seed, sizeof(seed)),
    };
    int r = device && record.SerialNumber.ptr ? 0 : -ENOMEM;

    awi_random_fill(awi_request_random(req), seed, sizeof(seed));
    r = r ? r : iam_tags_take(req, &in->Tags, &record.Tags);
    r = r ? r : iam_record_insert(req, IAM_TAGGED_MFA, record.SerialNumber, &record);
    if (r) {
        return r == -EEXIST ? iam_exists(req,
                                         "MFADevice entity at the same path and name already "
                                         "exists.")
                            : r;
    }
    device->SerialNumber = record.SerialNumber;
    device->Base32StringSeed = base32(req, record.Seed);
    device->QRCodePNG = awi_str_of(picture, sizeof(picture));
    out->VirtualMFADevice = device;
    return record.Tags.n ? iam_tags_show(req, &record.Tags, &device->Tags) : 0;
}

/* A device that the user has. */
static int open_enabled(struct awi_req *req,
                        struct awi_str serial,
                        const struct iam_entity *user,
                        struct iam_record *ret)
{
    int r = iam_record_open(req, IAM_TAGGED_MFA, serial, ret);
    const struct core_MfaDeviceRecord *device = ret->value;

    if (r == 0 && !(device->Enabled.set && awi_str_eq(device->UserName, user->name))) {
        return iam_missing(req,
                           "MFA device with serial number %.*s does not exist for user %.*s.",
                           AWI_STR_FMT(serial),
                           AWI_STR_FMT(user->name));
    }
    return r;
}

/* Two codes of neighbouring steps. >0 InvalidAuthenticationCode. */
static int take_codes(struct awi_req *req,
                      struct core_MfaDeviceRecord *device,
                      struct awi_str first,
                      struct awi_str second,
                      int slack)
{
    int64_t step = awi_mfa_find(device, first, awi_now(req), slack);
    char next[7];

    if (step >= 0) {
        awi_mfa_code(device->Seed, step + 1, next);
    }
    if (step < 0 || !awi_str_is(second, next)) {
        return awi_fail(req,
                        &iam_InvalidAuthenticationCodeException_error,
                        "Invalid Authentication Code for device: %.*s",
                        AWI_STR_FMT(device->SerialNumber));
    }
    device->LastStep = AWI_SOME_I64(step + 1);
    return 0;
}

int iam_enable_mfa_device(struct awi_req *req,
                          const struct iam_EnableMFADeviceRequest *in,
                          void *out)
{
    struct iam_record record;
    struct iam_entity user;
    int r = iam_entity_open(req, IAM_USER, in->UserName, &user);

    r = r ? r : iam_record_open(req, IAM_TAGGED_MFA, in->SerialNumber, &record);
    if (r) {
        return r;
    }
    struct core_MfaDeviceRecord *device = record.value;
    if (device->Enabled.set) {
        return iam_exists(req, "MFADevice is already in use.");
    }
    if (user.user.MfaDevices.n >= MOST) {
        return iam_limit(req, "Cannot exceed quota for MFADevicesPerUser: %d", MOST);
    }
    r = take_codes(req, device, in->AuthenticationCode1, in->AuthenticationCode2, ENABLE_SLACK);
    device->UserName = user.name;
    device->Enabled = iam_now(req);
    r = r ? r : iam_record_save(req, &record);
    r = r ? r : iam_texts_add(req, &user.user.MfaDevices, device->SerialNumber);
    return r ? r : iam_entity_save(req, &user);
}

int iam_resync_mfa_device(struct awi_req *req,
                          const struct iam_ResyncMFADeviceRequest *in,
                          void *out)
{
    struct iam_record record;
    struct iam_entity user;
    int r = iam_entity_open(req, IAM_USER, in->UserName, &user);

    r = r ? r : open_enabled(req, in->SerialNumber, &user, &record);
    r = r ? r
          : take_codes(
                req, record.value, in->AuthenticationCode1, in->AuthenticationCode2, RESYNC_SLACK);
    return r ? r : iam_record_save(req, &record);
}

int iam_deactivate_mfa_device(struct awi_req *req,
                              const struct iam_DeactivateMFADeviceRequest *in,
                              void *out)
{
    struct iam_record record;
    struct iam_entity user;
    struct awi_str name;
    int r = iam_user_named(req, in->UserName, &name);

    r = r ? r : iam_entity_open(req, IAM_USER, name, &user);
    r = r ? r : open_enabled(req, in->SerialNumber, &user, &record);
    if (r) {
        return r;
    }
    struct core_MfaDeviceRecord *device = record.value;
    device->UserName = AWI_STR_NULL;
    device->Enabled.set = false;
    iam_texts_remove(&user.user.MfaDevices, in->SerialNumber);
    r = iam_record_save(req, &record);
    return r ? r : iam_entity_save(req, &user);
}

int iam_delete_virtual_mfa_device(struct awi_req *req,
                                  const struct iam_DeleteVirtualMFADeviceRequest *in,
                                  void *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_MFA, in->SerialNumber, &record);

    if (r == 0 && ((struct core_MfaDeviceRecord *)record.value)->Enabled.set) {
        return iam_conflict(req, "MFA VirtualDevice in use. Must deactivate first.");
    }
    return r ? r : iam_record_delete(req, &record);
}

/* --- Listing ---------------------------------------------------------------------------------- */

int iam_list_mfa_devices(struct awi_req *req,
                         const struct iam_ListMFADevicesRequest *in,
                         struct iam_ListMFADevicesResponse *out)
{
    struct iam_entity user;
    struct iam_page page;
    struct awi_str name;
    size_t first = 0, count = 0;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    memset(&user, 0, sizeof(user)); /* the root user, who has none here */
    if (!iam_is_root(req, in->UserName)) {
        r = r ? r : iam_user_named(req, in->UserName, &name);
        r = r ? r : iam_entity_open(req, IAM_USER, name, &user);
    }
    r = r ? r : iam_page_slice(req, &page, user.user.MfaDevices.n, &first, &count);
    out->MFADevices.items = awi_arena_array(awi_arena(req), struct iam_MFADevice, count);
    r = r ? r : out->MFADevices.items ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct core_MfaDeviceRecord device;
        struct awi_str serial = user.user.MfaDevices.items[first + i];
        r = awi_mfa_get(awi_request_txn(req), awi_arena(req), serial, &device);
        out->MFADevices.items[i] = (struct iam_MFADevice){
            .UserName = user.name, .SerialNumber = serial, .EnableDate = device.Enabled};
    }
    out->MFADevices.n = count;
    out->MFADevices.set = true;
    IAM_PAGE_END(out, &page);
    return r;
}

int iam_get_mfa_device(struct awi_req *req,
                       const struct iam_GetMFADeviceRequest *in,
                       struct iam_GetMFADeviceResponse *out)
{
    struct iam_record record;
    int r = iam_record_open(req, IAM_TAGGED_MFA, in->SerialNumber, &record);

    if (r) {
        return r;
    }
    const struct core_MfaDeviceRecord *device = record.value;
    out->SerialNumber = device->SerialNumber;
    out->UserName = device->UserName;
    out->EnableDate = device->Enabled;
    return 0;
}

struct listing {
    struct awi_req *req;
    struct awi_str status;
    struct iam_VirtualMFADevice *items;
    size_t n;
};

static int take(void *arg, struct awi_str key, struct awi_str value)
{
    struct listing *l = arg;
    struct core_MfaDeviceRecord record;
    struct iam_entity user;
    int r = awi_record_decode(value, awi_arena(l->req), &core_MfaDeviceRecord_shape, &record);

    if (r) {
        return r;
    }
    if ((awi_str_is(l->status, "Assigned") && !record.Enabled.set) ||
        (awi_str_is(l->status, "Unassigned") && record.Enabled.set)) {
        return IAM_SKIPPED;
    }
    struct iam_VirtualMFADevice *item = &l->items[l->n++];
    *item = (struct iam_VirtualMFADevice){.SerialNumber = record.SerialNumber,
                                          .EnableDate = record.Enabled};
    if (!record.Enabled.set) {
        return IAM_TAKEN;
    }
    item->User = awi_arena_new(awi_arena(l->req), struct iam_User);
    r = item->User ? iam_entity_open(l->req, IAM_USER, record.UserName, &user) : -ENOMEM;
    return r ? r : iam_user_show(l->req, &user.user, false, item->User);
}

int iam_list_virtual_mfa_devices(struct awi_req *req,
                                 const struct iam_ListVirtualMFADevicesRequest *in,
                                 struct iam_ListVirtualMFADevicesResponse *out)
{
    struct listing l = {.req = req, .status = in->AssignmentStatus};
    struct awi_scope scope = iam_core_scope(req);
    struct iam_page page;
    int r = iam_page_begin(req, in->Marker, in->MaxItems, &page);

    l.items = awi_arena_array(awi_arena(req), struct iam_VirtualMFADevice, page.max);
    r = r ? r : l.items ? 0 : -ENOMEM;
    r = r ? r : iam_page_walk(req, &scope, AWI_MFA_TABLE, AWI_STR(""), &page, take, &l);
    out->VirtualMFADevices =
        (struct iam_virtualMFADeviceListType){.items = l.items, .n = l.n, .set = true};
    IAM_PAGE_END(out, &page);
    return r;
}
