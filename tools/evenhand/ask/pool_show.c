/* pool_show: a pool for people: how it came about, what it is, who gets what. */
#include <stdio.h>

#include "client/object.h"
#include "pool.h"
#include "term/table.h"
#include "term/text.h"

#define NAME      12     /* columns of a line's name */
#define BAR       12     /* columns of a bar */
#define BAR_PPM   125000 /* of a score, for one column */
#define SHA_SHOWN 12     /* characters of a SHA-256 */

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static void line_show(const struct eh_cli *cli, const char *name, const char *text)
{
    printf("%s%-*s%s", eh_colour_dim(cli), NAME, name, eh_colour_end(cli));
    eh_text_print_wrapped(text, NAME, NAME);
}

/* ---- What it is. */

static void state_words(const json_t *pool, char *ret, size_t size)
{
    const char *state = eh_object_text(pool, "state"), *as_of = eh_object_text(pool, "as_of");
    int64_t version = eh_object_int(pool, "version"), paid = eh_object_int(pool, "paid_version"),
            us;
    char when[EH_CLI_TEXT] = "now";
    if (as_of && eh_object_time_us(pool, "as_of", &us))
        eh_text_when(us, when);
    if (is_true(pool, "what_if"))
        eh_format(ret, size,
                  json_array_size(json_object_get(pool, "facts")) > 0
                      ? "what if: other figures than the facts (of %s) have; nothing is changed"
                      : "what if: the same facts (of %s) under another plan; nothing is changed",
                  eh_object_text(pool, "facts_of") ? eh_object_text(pool, "facts_of") : "now");
    else if (version == 0 && state && strcmp(state, "provisional") == 0)
        eh_format(ret, size, "provisional: the facts are frozen and may be disputed");
    else if (version == 0)
        eh_format(ret, size, "open: an estimate as of %s", when);
    else
        eh_format(ret, size, "%s, version %lld%s", state ? state : "closed", (long long)version,
                  paid == version ? ""
                  : paid > 0      ? ": the last version is not paid yet"
                                  : ": final, not paid yet");
}

static void head_show(const struct eh_cli *cli, const json_t *pool)
{
    const char *team = eh_object_text(pool, "team"), *period = eh_object_text(pool, "period");
    const char *plan = eh_object_text(pool, "plan"), *sha256 = eh_object_text(pool, "plan_sha256");
    char state[160], text[EH_NAME_MAX + 128];
    state_words(pool, state, sizeof state);
    printf("%steam %s, %s%s: ", eh_colour_bold(cli), team ? team : "?", period ? period : "?",
           eh_colour_end(cli));
    eh_text_print_wrapped(
        state, 9 + eh_text_width(team ? team : "?") + eh_text_width(period ? period : "?"), NAME);
    eh_format(text, sizeof text, "%s, in %s; sha256 %.*s%s", plan ? plan : "?",
              eh_object_text(pool, "currency") ? eh_object_text(pool, "currency") : "?", SHA_SHOWN,
              sha256 ? sha256 : "?",
              is_true(pool, "published_late") ? "; published when the period had begun" : "");
    line_show(cli, "plan", text);
    if (eh_object_text(pool, "encourages"))
        line_show(cli, "encourages", eh_object_text(pool, "encourages"));
    if (eh_object_text(pool, "discourages"))
        line_show(cli, "discourages", eh_object_text(pool, "discourages"));
}

/* ---- Metrics. */

/* A bar with a column for each 12.5 %, at most 150 %. */
static void bar_of(int64_t score_ppm, char *ret, size_t size)
{
    size_t used = 0;
    ret[0] = '\0';
    for (int i = 0; i < BAR && score_ppm >= (i + 1) * BAR_PPM - BAR_PPM / 2; i++)
        used += eh_format(ret + used, size - used, "█");
}

static void value_words(const json_t *metric, unsigned exponent, char ret[EH_CLI_TEXT])
{
    if (is_true(metric, "missing"))
        eh_format(ret, EH_CLI_TEXT, "missing");
    else
        eh_pool_value(metric, "value", exponent, ret);
}

static void metric_row(struct eh_grid *g, const json_t *metric, unsigned exponent)
{
    int64_t score = eh_object_int(metric, "score_ppm"),
            weight = eh_object_int(metric, "weight_ppm");
    char text[EH_CLI_TEXT], bar[BAR * 4];
    eh_grid_text(g, eh_object_text(metric, "metric"));
    value_words(metric, exponent, text);
    eh_grid_text(g, text);
    bar_of(score, bar, sizeof bar);
    eh_grid_text(g, bar);
    eh_pool_percent(score, text);
    eh_grid_text(g, text);
    eh_ppm_print(weight, text);
    eh_grid_text(g, text);
    eh_pool_percent((int64_t)((__int128)score * weight / EH_PPM), text);
    eh_grid_text(g, text);
}

static void bound_words(const json_t *gate, const char *key, const char *word, unsigned exponent,
                        char *ret, size_t size)
{
    char text[EH_CLI_TEXT];
    ret[0] = '\0';
    if (!eh_object_has(gate, key))
        return;
    eh_pool_value(gate, key, exponent, text);
    eh_format(ret, size, " %s %s", word, text);
}

static void show_gate(const struct eh_cli *cli, const json_t *metric, unsigned exponent)
{
    static const char *const effects[][2] = {{"zero_metric", "counts nothing"},
                                             {"cap_metric", "counts 100% at most"},
                                             {"zero_pool", "leaves no pool"}};
    const json_t *gate = json_object_get(metric, "gate");
    const char *effect = eh_object_text(gate, "effect"), *name = eh_object_text(metric, "metric");
    const char *on = eh_object_text(gate, "metric"), *words = "";
    char value[EH_CLI_TEXT], least[EH_CLI_TEXT], most[EH_CLI_TEXT], text[640];
    if (!effect)
        return;
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (strcmp(effects[i][0], effect) == 0)
            words = effects[i][1];
    eh_pool_value(gate, "value", exponent, value);
    bound_words(gate, "at_least", "at least", exponent, least, sizeof least);
    bound_words(gate, "at_most", "at most", exponent, most, sizeof most);
    if (!eh_object_has(gate, "value"))
        eh_format(value, sizeof value, "not known yet");
    eh_format(text, sizeof text, "%s %s unless %s is%s%s%s: it is %s, so the gate is %s",
              name ? name : "?", words, on ? on : "?", least, *least && *most ? " and" : "", most,
              value, is_true(gate, "failed") ? "shut" : "open");
    line_show(cli, "gate", text);
}

/* Says that the score of csat contains the plan's prior, or is the prior. */
static void show_prior(const struct eh_cli *cli, const json_t *metric)
{
    const char *name = eh_object_text(metric, "metric");
    char text[EH_NAME_MAX + 64];
    bool alone = name && strcmp(name, "csat") == 0 && eh_object_int(metric, "count") == 0;
    if (!is_true(metric, "prior") && (!alone || is_true(metric, "missing")))
        return;
    eh_format(text, sizeof text, "nothing came for %s: the plan's prior stands in",
              name ? name : "?");
    line_show(cli, "prior", text);
}

/* Says how many tickets were left out: of unknown duration, or no work. */
static void show_left_out(const struct eh_cli *cli, const json_t *pool)
{
    int64_t cancelled = eh_object_int(pool, "cancelled_tickets");
    char text[EH_NAME_MAX + 64];
    size_t i;
    json_t *metric;
    json_array_foreach(json_object_get(pool, "metrics"), i, metric)
    {
        int64_t without = eh_object_int(metric, "without_duration");
        const char *name = eh_object_text(metric, "metric");
        if (without == 0)
            continue;
        eh_format(text, sizeof text,
                  "%lld of the closed tickets are not in %s: no duration is known",
                  (long long)without, name ? name : "?");
        line_show(cli, "unknown", text);
    }
    if (cancelled == 0)
        return;
    eh_format(text, sizeof text, "%lld: no work, and in none of the figures", (long long)cancelled);
    line_show(cli, "cancelled", text);
}

static void show_metrics(const struct eh_cli *cli, const json_t *pool, unsigned exponent)
{
    struct eh_grid *g = eh_grid_begin(cli, "metric,>value,,>score,>weight,>counts");
    size_t i;
    json_t *metric;
    json_array_foreach(json_object_get(pool, "metrics"), i, metric) metric_row(g, metric, exponent);
    putchar('\n');
    eh_grid_print(g);
    json_array_foreach(json_object_get(pool, "metrics"), i, metric)
        show_gate(cli, metric, exponent);
    json_array_foreach(json_object_get(pool, "metrics"), i, metric) show_prior(cli, metric);
    show_left_out(cli, pool);
    json_array_foreach(json_object_get(pool, "missing"), i, metric)
        line_show(cli, i == 0 ? "missing" : "", json_string_value(metric));
}

/* ---- Money. */

static void amount_show(const struct eh_cli *cli, const char *name, const char *value,
                        const char *note)
{
    printf("%s%-*s%s%14s%s%s\n", eh_colour_dim(cli), NAME, name, eh_colour_end(cli), value,
           *note ? "  " : "", note);
}

static void result_show(const struct eh_cli *cli, const json_t *pool, unsigned exponent)
{
    char value[EH_CLI_TEXT], other[EH_CLI_TEXT], note[2 * EH_CLI_TEXT + 32];
    putchar('\n');
    eh_pool_percent(eh_object_int(pool, "composite_ppm"), value);
    amount_show(cli, "composite", value, "");
    eh_pool_percent(eh_object_int(pool, "funding_ppm"), value);
    eh_pool_money(pool, "target_pool", exponent, other);
    eh_format(note, sizeof note, "of %s on target", other);
    amount_show(cli, "funding", value, eh_object_has(pool, "target_pool") ? note : "");
    eh_pool_money(pool, "gross", exponent, value);
    eh_pool_money(pool, "max_pool", exponent, other);
    eh_format(note, sizeof note, "%s at most", other);
    amount_show(cli, "gross", value,
                is_true(pool, "zeroed")           ? "a gate leaves no pool"
                : eh_object_has(pool, "max_pool") ? note
                                                  : "");
    eh_pool_money(pool, "carry", exponent, value);
    amount_show(cli, "carry", value,
                eh_object_int(pool, "carry") ? "taken back: earlier pools were too large" : "");
    eh_pool_money(pool, "net", exponent, value);
    printf("%s", eh_colour_bold(cli));
    amount_show(cli, "net", value,
                eh_object_text(pool, "currency") ? eh_object_text(pool, "currency") : "");
    printf("%s", eh_colour_end(cli));
}

/* Prints one of the closed periods that CLOSE would settle first. */
static void show_earlier(const struct eh_cli *cli, const json_t *pool, const json_t *earlier)
{
    char difference[EH_CLI_TEXT], paid[EH_CLI_TEXT], text[4 * EH_CLI_TEXT];
    const char *currency = eh_object_text(pool, "currency"),
               *period = eh_object_text(earlier, "period");
    unsigned exponent = eh_object_exponent(pool);
    eh_text_amount(eh_object_int(earlier, "difference"), exponent, currency, difference);
    eh_text_amount(eh_object_int(earlier, "paid"), exponent, currency, paid);
    eh_format(text, sizeof text, "%s comes first, as version %lld: a difference of %s, %s is paid",
              period ? period : "?", (long long)eh_object_int(earlier, "version"), difference,
              paid);
    line_show(cli, "", text);
}

/* Prints what CLOSE would make of the pool, where later facts of closed periods change it.
 */
static void show_expected(const struct eh_cli *cli, const json_t *pool)
{
    const json_t *expected = json_object_get(pool, "expected");
    const json_t *earlier = json_object_get(expected, "earlier");
    char text[2 * EH_CLI_TEXT + 64];
    size_t i;
    json_t *one;
    if (!json_is_object(expected))
        return;
    if (json_array_size(earlier) == 0 &&
        eh_object_int(expected, "net") == eh_object_int(pool, "net"))
        return;
    eh_pool_expected(pool, expected, text, sizeof text);
    line_show(cli, "close", text);
    json_array_foreach(earlier, i, one) show_earlier(cli, pool, one);
}

/* Prints what came after: later versions, waiting facts, held money, money still to be taken back.
 */
static void show_rest(const struct eh_cli *cli, const json_t *pool)
{
    char a[EH_CLI_TEXT], b[EH_CLI_TEXT], c[EH_CLI_TEXT], text[4 * EH_CLI_TEXT + 128];
    if (eh_object_int(pool, "version") > 1) {
        eh_pool_amount(pool, "difference", a);
        eh_pool_amount(pool, "cancelled", b);
        eh_pool_amount(pool, "paid", c);
        eh_format(
            text, sizeof text,
            "version %lld: a difference of %s; %s of it cancels what was to be taken back, %s "
            "is paid",
            (long long)eh_object_int(pool, "version"), a, b, c);
        line_show(cli, "difference", text);
    }
    if (eh_object_int(pool, "late")) {
        bool one = eh_object_int(pool, "late") == 1;
        eh_text_count(eh_object_int(pool, "late"), a);
        eh_format(text, sizeof text, "%s %s later and %s for the next version", a,
                  one ? "fact came" : "facts came", one ? "waits" : "wait");
        line_show(cli, "late", text);
    }
    if (eh_object_int(pool, "held")) {
        eh_pool_amount(pool, "held", a);
        eh_format(text, sizeof text, "%s is of parts in which nobody has a weight: nobody gets it",
                  a);
        line_show(cli, "held", text);
    }
    if (is_true(pool, "moved"))
        line_show(
            cli, "moved",
            "nobody has a weight in some of the parts; what they would have had is in the others");
    if (eh_object_int(pool, "carry_open")) {
        eh_pool_amount(pool, "carry_open", a);
        eh_format(text, sizeof text, "%s is still to be taken from pools to come", a);
        line_show(cli, "carry open", text);
    }
}

/* ---- Shares. */

static const char *const parts[] = {"equal", "hours", "seniority", "individual", "total"};
#define PARTS (sizeof parts / sizeof *parts)

/* Whether closing would change anybody's total. */
static bool expects_other(const json_t *shares)
{
    bool other = false;
    size_t i;
    json_t *share;
    json_array_foreach((json_t *)shares, i, share) other |=
        eh_object_has(share, "expected") &&
        eh_object_int(share, "expected") != eh_object_int(share, "total");
    return other;
}

static void share_note(struct eh_grid *g, const json_t *share)
{
    eh_grid_dim(g, is_true(share, "excluded")       ? "set aside"
                   : is_true(share, "since_freeze") ? "included"
                   : !is_true(share, "eligible")    ? "no share"
                   : is_true(share, "capped")       ? "capped"
                                                    : "");
}

/* "dora, by maja: on leave; since the freeze: freeze again" */
static void show_reasons(const struct eh_cli *cli, const json_t *shares)
{
    size_t i;
    json_t *share;
    json_array_foreach((json_t *)shares, i, share)
    {
        const char *by = eh_object_text(share, "excluded_by"), *rep = eh_object_text(share, "rep");
        const char *why = eh_object_text(share, "excluded_reason");
        bool excluded = is_true(share, "excluded"), since = is_true(share, "since_freeze");
        char text[512];
        if (!excluded && !since)
            continue;
        eh_format(text, sizeof text, "%s%s%s%s%s%s", rep ? rep : "?", by ? ", by " : "",
                  by ? by : "", why ? ": " : "", why ? why : "",
                  since ? "; since the freeze: freeze again" : "");
        line_show(cli, excluded ? "set aside" : "included", text);
    }
}

/* "by the calendar: contract_minutes of 3 reps; up to 2026-04-30, ..." */
static void show_contract(const struct eh_cli *cli, const json_t *shares)
{
    const char *until = NULL;
    int64_t count = 0;
    size_t i;
    json_t *share;
    json_array_foreach((json_t *)shares, i, share)
    {
        const char *by = eh_object_text(share, "contract_by");
        const char *last = eh_object_text(share, "contract_until");
        count += by && strcmp(by, "calendar") == 0;
        until = last ? last : until;
    }
    char number[EH_CLI_TEXT], text[256];
    if (count == 0)
        return;
    eh_text_count(count, number);
    eh_format(text, sizeof text, "contract_minutes of %s %s are by the calendar%s%s%s", number,
              count == 1 ? "rep" : "reps", until ? "; they go up to " : "", until ? until : "",
              until ? " yet: hours are known 30 days ahead" : "");
    line_show(cli, "contract", text);
}

static void grid_add_share(struct eh_grid *g, const json_t *share, unsigned exponent, bool other,
                           int64_t sums[PARTS])
{
    eh_grid_text(g, eh_object_text(share, "rep"));
    for (size_t i = 0; i < PARTS; i++) {
        sums[i] += eh_object_int(share, parts[i]);
        eh_grid_money(g, eh_object_int(share, parts[i]), exponent);
    }
    if (other)
        eh_grid_money(g, eh_object_int(share, "expected"), exponent);
    share_note(g, share);
}

static void show_shares(const struct eh_cli *cli, const json_t *pool, unsigned exponent)
{
    const json_t *shares = json_object_get(pool, "shares");
    int64_t sums[PARTS] = {0}, close = 0;
    size_t i;
    json_t *share;
    putchar('\n');
    if (json_array_size(shares) == 0) {
        puts("nobody has a share");
        return;
    }
    bool other = expects_other(shares);
    struct eh_grid *g =
        eh_grid_begin(cli, other ? "rep,>equal,>hours,>seniority,>individual,>total,>at close,note"
                                 : "rep,>equal,>hours,>seniority,>individual,>total,note");
    json_array_foreach((json_t *)shares, i, share)
    {
        grid_add_share(g, share, exponent, other, sums);
        close += eh_object_int(share, "expected");
    }
    bool whole = sums[PARTS - 1] + eh_object_int(pool, "held") == eh_object_int(pool, "net");
    if (i > 1 || whole) {
        eh_grid_text(g, "total");
        for (size_t part = 0; part < PARTS; part++)
            eh_grid_money(g, sums[part], exponent);
        if (other)
            eh_grid_money(g, close, exponent);
        eh_grid_text(g, "");
    }
    eh_grid_print(g);
    show_reasons(cli, shares);
    show_contract(cli, shares);
    if (i == 1 && !whole)
        puts("(your line; each rep sees the pool, the rules and their own line)");
}

void eh_pool_show(const struct eh_cli *cli, const json_t *pool)
{
    unsigned exponent = eh_object_exponent(pool);
    head_show(cli, pool);
    show_metrics(cli, pool, exponent);
    result_show(cli, pool, exponent);
    show_expected(cli, pool);
    show_rest(cli, pool);
    show_shares(cli, pool, exponent);
}
