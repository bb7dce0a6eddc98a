/*
 * cli_pool: what the parts of `evenhand pool` share: each takes a pool as the daemon answers it.
 *
 *     eh_pool_show(cli, pool);                // for people, within 80 columns
 *     eh_pool_show_why(cli, pool);            // the tree under "explain"
 */
#ifndef EVENHAND_TOOLS_CLI_POOL_H
#define EVENHAND_TOOLS_CLI_POOL_H

#include "cli_http.h"
#include "cli_text.h"

#define EH_POOL_LINE 80 /* columns */

void eh_pool_show(const struct eh_cli *, const json_t *pool);
void eh_pool_show_why(const struct eh_cli *, const json_t *pool);

/* `key` of the object in the words of its "unit": "12,995.00", "4.383", "10m55s", "5.5825%". */
void eh_pool_value(const json_t *object, const char *key, unsigned exponent, char ret[EH_CLI_TEXT]);
void eh_pool_money(const json_t *object, const char *key, unsigned exponent, char ret[EH_CLI_TEXT]);
/* Two decimals: "115.58%". */
void eh_pool_percent(int64_t ppm, char ret[EH_CLI_TEXT]);
/* Text without control characters, broken at blanks; further lines begin `hang` columns in. */
void eh_pool_wrap(const char *text, int used, int hang);

#endif
