/* parts: the small things that many screens show. */
#include "web/screens/parts.h"

#include <time.h>

/* ---- Moments. */

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* As people read it on the server's side; scripts say it in the browser's language. */
static void moment_print(struct eh_page *page, int64_t us, char *ret, size_t size)
{
    struct eh_clock *clock = &page->pages->clock;
    time_t seconds = (time_t)(us / 1000000);
    struct tm local;
    localtime_r(&seconds, &local);
    if (eh_clock_date(clock, us) == eh_clock_date(clock, eh_clock_now_us(clock)))
        eh_format(ret, size, "%02d:%02d", local.tm_hour, local.tm_min);
    else
        eh_format(ret, size, "%d %s %02d:%02d", local.tm_mday, months[local.tm_mon], local.tm_hour,
                  local.tm_min);
}

static void put_time(struct eh_page *page, const char *when, const char *class_name)
{
    int64_t us;
    char text[40];
    if (!*when || eh_time_parse(eh_str(when), &us, NULL) < 0)
        return;
    moment_print(page, us, text, sizeof text);
    eh_html(&page->main, "<time datetime=\"%s\" class=\"%s\">%s</time>", when, class_name, text);
}

void eh_part_time(struct eh_page *page, const char *when)
{
    put_time(page, when, "at");
}

void eh_part_since(struct eh_page *page, const char *when)
{
    put_time(page, when, "since");
}

void eh_part_day(struct eh_page *page, const char *day)
{
    int64_t month, number;
    bool is_day = strlen(day) == 10 && eh_integer_parse(eh_str_n(day + 5, 2), &month, NULL) >= 0 &&
                  month >= 1 && month <= 12 &&
                  eh_integer_parse(eh_str(day + 8), &number, NULL) >= 0;
    if (!is_day)
        eh_html(&page->main, "%s", day);
    else
        eh_html(&page->main, "<time datetime=\"%s\" class=\"day\">%lld %s</time>", day,
                (long long)number, months[month - 1]);
}

/* ---- Figures. */

void eh_part_money(struct eh_page *page, int64_t amount, const char *currency)
{
    char text[EH_AMOUNT_TEXT_MAX];
    struct eh_str code = eh_str(*currency ? currency : eh_text_of(page->me, "currency"));
    int exponent = eh_currency_exponent(code);
    eh_amount_print(amount, exponent < 0 ? 2 : (unsigned)exponent, code, text);
    eh_html(&page->main, "<data value=\"%lld\" data-currency=\"%.*s\">%s</data>", (long long)amount,
            EH_STR_ARG(code), text);
}

void eh_part_percent(struct eh_page *page, int64_t ppm)
{
    char text[EH_DECIMAL_TEXT_MAX];
    eh_ppm_print(ppm, text);
    eh_html(&page->main, "<data value=\"%lld\" data-ppm>%s</data>", (long long)ppm, text);
}

static void put_bar(struct eh_page *page, int64_t value, int64_t most)
{
    long long all = most > 0 ? (long long)most : 1, in = (long long)value;
    eh_html(
        &page->main,
        "<span class=\"measure\"><svg class=\"bar\" viewBox=\"0 0 %lld 8\" "
        "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"track\" width=\"%lld\" "
        "height=\"8\"/><rect class=\"filled\" width=\"%lld\" height=\"8\"/></svg><span>",
        all, all,
        in < 0     ? 0
        : in > all ? all
                   : in);
}

void eh_part_bar(struct eh_page *page, int64_t value, int64_t most, const char *words)
{
    put_bar(page, value, most);
    eh_html(&page->main, "%s</span></span>", words);
}

void eh_part_bar_percent(struct eh_page *page, int64_t value, int64_t most, const char *before,
                         int64_t ppm, const char *after)
{
    put_bar(page, value, most);
    eh_html(&page->main, "%s", before);
    eh_part_percent(page, ppm);
    eh_html(&page->main, "%s</span></span>", after);
}

/* ---- People. */

static const char *state_words(const char *state)
{
    if (strcmp(state, "overloaded") == 0)
        return "Overloaded";
    if (strcmp(state, "left") == 0)
        return "Left";
    if (strcmp(state, "not on duty") == 0)
        return "Not on duty";
    if (strcmp(state, "off") == 0)
        return "Off";
    return strcmp(state, "away") == 0 ? "Away" : "Available";
}

void eh_part_state(struct eh_page *page, const json_t *rep)
{
    struct eh_html *out = &page->main;
    const char *state = eh_text_of(rep, "state"), *said = eh_text_of(rep, "said");
    bool other = *said && strcmp(state, said) != 0; /* whoever is off: they said something else */
    const char *reason = other ? "" : eh_text_of(rep, "reason");
    const char *by = other ? "" : eh_text_of(rep, "by");
    eh_html(out, "<span class=\"state %s\"><strong>%s</strong>", state, state_words(state));
    if (!eh_null_of(rep, "until")) {
        eh_html(out, " <span>until ");
        eh_part_time(page, eh_text_of(rep, "until"));
        eh_html(out, "</span>");
    }
    if (*reason)
        eh_html(out, " <span class=\"why\">%s</span>", reason);
    if (*by)
        eh_html(out, " <span class=\"why\">set by %s</span>", by);
    eh_html(out, "</span>");
}

const char *eh_name_of(const json_t *object)
{
    const char *name = eh_text_of(object, "name");
    return *name ? name : eh_text_of(object, "id");
}

const char *eh_name_in(const json_t *team, const char *rep)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(team, "reps"), i, one)
    {
        if (strcmp(eh_text_of(one, "id"), rep) == 0)
            return eh_name_of(one);
    }
    return rep;
}

bool eh_page_manages(const struct eh_page *page, const char *team)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(page->me, "manages"), i, one)
    {
        const char *id = json_string_value(one);
        if (id && strcmp(id, team) == 0)
            return true;
    }
    return false;
}

/* ---- Tickets. */

const char *eh_waiting_words(const char *why)
{
    static const struct {
        const char *why, *words;
    } rows[] = {{"nobody", "nobody is available"},
                {"full", "whoever is available has all they can take"},
                {"skill", "nobody who is there has the skills"},
                {"queue", "others come first, and it is next"},
                {"aside", "it is set aside"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].why, why) == 0)
            return rows[i].words;
    return "";
}

static void put_encoded(struct eh_bytes *out, const char *format, ...) EH_PRINTF(2, 3);
static void put_encoded(struct eh_bytes *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    eh_url_v(out, format, values);
    va_end(values);
}

/* ticket_url with its places filled. */
static void put_ticket_url(struct eh_bytes *out, const char *url, const char *source,
                           const char *id)
{
    for (; *url; url++) {
        if (strncmp(url, "{id}", 4) == 0) {
            put_encoded(out, "%s", id);
            url += 3;
        } else if (strncmp(url, "{source}", 8) == 0) {
            put_encoded(out, "%s", source);
            url += 7;
        } else {
            eh_bytes_put(out, url, 1);
        }
    }
}

void eh_part_ticket(struct eh_page *page, const char *source, const char *id)
{
    const char *url = page->pages->config->ticket_url;
    EH_AUTO(eh_bytes) struct eh_bytes target = EH_BYTES_INIT;
    if (!*url) {
        eh_html(&page->main, "<span class=\"ticket\">%s</span>", id);
        return;
    }
    put_ticket_url(&target, url, source, id);
    eh_require(!target.failed);
    eh_html(&page->main, "<a class=\"ticket\" href=\"%.*s\">%s</a>", (int)target.size,
            (const char *)target.data, id);
}

/* ---- Addresses. */

void eh_part_link(struct eh_page *page, bool here)
{
    eh_html(&page->main, here ? "<a aria-current=\"true\" href=\"" : "<a href=\"");
}

const char *eh_part_url(struct eh_page *page, const char *format, ...)
{
    EH_AUTO(eh_bytes) struct eh_bytes url = EH_BYTES_INIT;
    va_list values;
    va_start(values, format);
    eh_url_v(&url, format, values);
    va_end(values);
    eh_require(!url.failed);
    return eh_page_text(page, "%.*s", (int)url.size, (const char *)url.data);
}

/* ---- Forms. */

static bool is_wrong(const struct eh_page *page, const char *change)
{
    return page->wrong.change && strcmp(page->wrong.change, change) == 0;
}

void eh_part_hidden(struct eh_page *page, const char *name, const char *value)
{
    eh_html(&page->main, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);
}

/* Pressed twice, or sent again by a browser that was not sure, it is done once. */
static void put_event(struct eh_page *page)
{
    char event[EH_TOKEN_EVENT_MAX];
    eh_token_event(event);
    eh_part_hidden(page, "event", event);
}

static void form_begin(struct eh_page *page, const char *change, const char *class_name)
{
    eh_html(&page->main, "<form method=\"post\" action=\"%s\" class=\"%s\">", change, class_name);
    eh_part_hidden(page, "token", page->who.form);
    eh_part_hidden(page, "back", page->target);
    put_event(page);
}

static void put_wrong(struct eh_page *page)
{
    page->wrong.told = true;
    eh_html(&page->main, "<p class=\"wrong\" role=\"alert\">%s</p>", page->wrong.why);
}

void eh_part_form(struct eh_page *page, const char *change, const char *class_name)
{
    form_begin(page, change, class_name);
    if (is_wrong(page, change))
        put_wrong(page);
}

void eh_part_form_for(struct eh_page *page, const char *change, const char *class_name,
                      const char *field, const char *which)
{
    form_begin(page, change, class_name);
    eh_part_hidden(page, field, which);
    if (is_wrong(page, change) && strcmp(eh_form_get(page->wrong.form, field), which) == 0)
        put_wrong(page);
}

void eh_part_form_end(struct eh_page *page)
{
    eh_html(&page->main, "</form>");
}

const char *eh_part_value(const struct eh_page *page, const char *change, const char *field,
                          const char *other)
{
    return is_wrong(page, change) ? eh_form_get(page->wrong.form, field) : other;
}

void eh_part_log_of(struct eh_page *page, const char *team)
{
    eh_html(&page->main, "<p class=\"pages\">");
    eh_html_link(&page->main, "What was done by hand, by whom and why", "/log?team=%s", team);
    eh_html(&page->main, "</p>");
}

void eh_part_as_of(struct eh_page *page, const struct eh_answer *answer)
{
    char text[EH_DECIMAL_TEXT_MAX];
    if (!answer || answer->why || !answer->at_us)
        return;
    eh_time_print(answer->at_us, text);
    eh_html(&page->main, "<p class=\"note as-of\">As of ");
    eh_part_time(page, text);
    eh_html(&page->main, ": it is a replay of the log, made anew at most once a minute.</p>");
}

bool eh_page_reads(const struct eh_page *page, const char *team)
{
    return eh_page_is(page, EH_IS_OPERATOR | EH_IS_AUDITOR) || eh_page_manages(page, team);
}
