/*
 * pool: what the parts of `evenhand pool` share. A pool is the object that the daemon answers.
 *
 *     eh_pool_show(cli, pool);                // for people, within 80 columns
 *     eh_pool_show_why(cli, pool);            // the tree under "explain"
 */
#ifndef EVENHAND_TOOLS_ASK_POOL_H
#define EVENHAND_TOOLS_ASK_POOL_H

#include "client/http.h"
#include "term/text.h"

void eh_pool_show(const struct eh_cli *, const json_t *pool);
void eh_pool_show_why(const struct eh_cli *, const json_t *pool);
void eh_pool_show_rules(const struct eh_cli *, const json_t *rules);
/* The answers of .../plan, .../pool/days and .../metrics. */
void eh_pool_show_plan(const struct eh_cli *, const json_t *plan);
void eh_pool_show_days(const struct eh_cli *, const json_t *days);
void eh_pool_show_figures(const struct eh_cli *, const json_t *figures);

/* The figure under `key`, written in the object's "unit": "12,995.00", "4.383", "10m55s",
 * "5.5825%". */
void eh_pool_value(const json_t *object, const char *key, unsigned exponent, char ret[EH_CLI_TEXT]);
void eh_pool_figure(const char *unit, int64_t value, unsigned exponent, char ret[EH_CLI_TEXT]);
void eh_pool_money(const json_t *object, const char *key, unsigned exponent, char ret[EH_CLI_TEXT]);
/* Money with the object's currency, for sentences: "12,995.00 EUR". */
void eh_pool_amount(const json_t *object, const char *key, char ret[EH_CLI_TEXT]);
/* "expected carry -1,094.66 EUR: then net 3,284.01 EUR"; the currency is the pool's. */
void eh_pool_expected(const json_t *pool, const json_t *expected, char *ret, size_t size);
/* Two decimals: "115.58%". */
void eh_pool_percent(int64_t ppm, char ret[EH_CLI_TEXT]);

#endif
