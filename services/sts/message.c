/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DecodeAuthorizationMessage: what core/request/encoded.c sealed into a refusal. AWS decodes only
 * messages of the caller's own account.
 */
#include "services/sts/sts.h"

#include "core/identity/state_key.h"
#include "core/util/seal.h"

#include <errno.h>

int sts_decode_authorization_message(struct awi_req *req,
                                     const struct sts_DecodeAuthorizationMessageRequest *in,
                                     struct sts_DecodeAuthorizationMessageResponse *out)
{
    unsigned char key[AWI_STATE_KEY];
    int r = awi_state_key_get(awi_request_txn(req), AWI_STATE_KEY_REFUSALS, key);

    r = r ? r
          : awi_unseal(
                awi_arena(req), key, awi_account(req), in->EncodedMessage, &out->DecodedMessage);
    return r == -ENOENT || r == -EBADMSG ? awi_fail(req,
                                                    &sts_InvalidAuthorizationMessageException_error,
                                                    "Message is not valid")
                                         : r;
}
