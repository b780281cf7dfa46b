/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files: whatever the text, it is taken or refused with a place and a reason, and
 * what is left is a configuration that can be used.
 */
#include "core/config/config.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct awi_config config;
    int r = awi_config_parse(&config, "f.yml", awi_str_of(data, len), NULL);

    FUZZ_CHECK(r == 0 || r == 1);
    FUZZ_CHECK((r == 1) == awi_str_is_set(config.problem));
    FUZZ_CHECK(awi_str_is_account(config.account_id) && config.region.len > 0);
    if (r == 1) {
        FUZZ_CHECK(awi_str_starts(config.problem, AWI_STR("f.yml:")));
        FUZZ_CHECK(config.accounts.n == 0 && config.accounts_mode == AWI_ACCOUNTS_OPEN);
    }
    for (size_t i = 0; i < config.accounts.n; i++) {
        const struct awi_config_account *account = &config.accounts.items[i];
        FUZZ_CHECK(awi_str_is_account(account->id));
        FUZZ_CHECK(awi_config_account(&config, account->id) == account);
    }
    for (size_t i = 0; i < config.endpoints.n; i++) {
        const struct awi_config_endpoint *endpoint = &config.endpoints.items[i];
        FUZZ_CHECK(endpoint->host.len > 0 && endpoint->port > 0);
        FUZZ_CHECK(awi_config_is_endpoint(&config, endpoint->host, endpoint->port));
    }
    awi_config_deinit(&config);
    return 0;
}
