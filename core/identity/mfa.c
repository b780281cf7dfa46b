/* SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/mfa.h"

#include "core/identity/principal.h"
#include "core/store/record.h"
#include "core/util/digest.h"

#include "gen/core.h"

#include <errno.h>
#include <stdio.h>

#define STEP_MS INT64_C(30000)

/* The scope of a serial number's account. */
static int scope_of(struct awi_txn *txn, struct awi_str serial, struct awi_scope *ret)
{
    struct awi_iam_arn arn;

    if (awi_iam_arn_parse(serial, &arn) || !awi_str_is(arn.kind, "mfa")) {
        return -ENOENT;
    }
    *ret = awi_principal_scope(txn, arn.account);
    return 0;
}

int awi_mfa_get(struct awi_txn *txn,
                struct awi_arena *arena,
                struct awi_str serial,
                struct core_MfaDeviceRecord *ret)
{
    struct awi_scope scope;
    int r = scope_of(txn, serial, &scope);

    return r ? r
             : awi_record_get(
                   &scope, AWI_MFA_TABLE, serial, arena, &core_MfaDeviceRecord_shape, ret);
}

int awi_mfa_put(struct awi_txn *txn,
                struct awi_arena *arena,
                const struct core_MfaDeviceRecord *device)
{
    struct awi_scope scope;
    int r = scope_of(txn, device->SerialNumber, &scope);

    return r ? r
             : awi_record_put(&scope,
                              AWI_MFA_TABLE,
                              device->SerialNumber,
                              arena,
                              &core_MfaDeviceRecord_shape,
                              device);
}

int awi_mfa_delete(struct awi_txn *txn, struct awi_str serial)
{
    struct awi_scope scope;
    int r = scope_of(txn, serial, &scope);

    return r ? r : awi_delete(&scope, AWI_MFA_TABLE, serial);
}

void awi_mfa_code(struct awi_str seed, int64_t step, char ret[7])
{
    unsigned char counter[8], hash[20] = {0};
    unsigned offset;
    uint32_t number;

    for (int i = 7; i >= 0; i--) {
        counter[i] = (unsigned char)(step & 0xff);
        step >>= 8;
    }
    awi_hmac(AWI_SHA1, seed, awi_str_of(counter, sizeof(counter)), hash);
    offset = hash[19] & 15;
    number = (uint32_t)(hash[offset] & 0x7f) << 24 | (uint32_t)hash[offset + 1] << 16 |
             (uint32_t)hash[offset + 2] << 8 | hash[offset + 3];
    snprintf(ret, 7, "%06u", (unsigned)(number % 1000000));
}

int64_t awi_mfa_find(const struct core_MfaDeviceRecord *device,
                     struct awi_str code,
                     int64_t now_ms,
                     int slack)
{
    int64_t now = now_ms / STEP_MS;
    char text[7];

    for (int64_t step = now - slack; step <= now + slack; step++) {
        if (device->LastStep.set && step <= device->LastStep.v) {
            continue;
        }
        awi_mfa_code(device->Seed, step, text);
        if (awi_str_is(code, text)) {
            return step;
        }
    }
    return -1;
}

int awi_mfa_use(struct awi_txn *txn,
                struct awi_arena *arena,
                struct awi_str serial,
                struct awi_str user_name,
                struct awi_str code,
                int64_t now_ms)
{
    struct core_MfaDeviceRecord device;
    int r = awi_mfa_get(txn, arena, serial, &device);

    if (r) {
        return r;
    }
    if (!device.Enabled.set || !awi_str_eq(device.UserName, user_name)) {
        return -ENOENT;
    }
    int64_t step = awi_mfa_find(&device, code, now_ms, 1);
    if (step < 0) {
        return 1;
    }
    device.LastStep = AWI_SOME_I64(step);
    return awi_mfa_put(txn, arena, &device);
}
