/*
 * sentence: evenhandd's sentences about money. Their figures are shown as the page shows all
 * others, and metrics have the names that people call them by.
 */
#include "web/screens/money_parts.h"

#define PPM_DECIMALS 4 /* of a percentage */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* ---- Figures. */

void eh_money_duration(struct eh_page *page, int64_t seconds)
{
    long long s = (long long)seconds;
    if (s >= 172800)
        eh_html(&page->main, "%lld d %lld h", s / 86400, s % 86400 / 3600);
    else if (s >= 3600)
        eh_html(&page->main, "%lld h %lld min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        eh_html(&page->main, "%lld min %lld s", s / 60, s % 60);
    else
        eh_html(&page->main, "%lld s", s);
}

/* As a sentence has it: "8,242.22". */
struct figure {
    int64_t value;     /* without its point */
    unsigned decimals; /* behind the point */
    size_t size;       /* of the text */
    bool large;        /* too large to be read */
};

static void figure_take(struct figure *f, char digit, bool fraction)
{
    f->large = f->large || f->value > (INT64_MAX - 9) / 10;
    f->value = f->large ? 0 : f->value * 10 + (digit - '0');
    f->decimals += fraction;
}

static struct figure figure_read(const char *text)
{
    struct figure f = {0};
    bool fraction = false;
    size_t i = 0;
    for (; is_digit(text[i]) || ((text[i] == ',' || text[i] == '.') && is_digit(text[i + 1])); i++)
        if (is_digit(text[i]))
            figure_take(&f, text[i], fraction);
        else
            fraction = fraction || text[i] == '.';
    f.size = i;
    return f;
}

/* Each writes the figure with its unit, and returns how much of the text that is; 0: it is no such
 * figure. `then` is the text behind it. */
static size_t put_amount(struct eh_page *page, const struct figure *f, const char *then)
{
    const char *currency = eh_text_of(page->me, "currency");
    size_t size = strlen(currency);
    if (size == 0 || *then != ' ' || strncmp(then + 1, currency, size) != 0 ||
        is_letter(then[1 + size]) || (int)f->decimals != eh_currency_exponent(eh_str(currency)))
        return 0;
    eh_part_money(page, f->value, "");
    return f->size + 1 + size;
}

static size_t put_percent(struct eh_page *page, const struct figure *f, const char *then)
{
    int64_t ppm = f->value;
    if (*then != '%' || f->decimals > PPM_DECIMALS || ppm > INT64_MAX / 10000)
        return 0;
    for (unsigned i = f->decimals; i < PPM_DECIMALS; i++)
        ppm *= 10;
    eh_part_percent(page, ppm);
    return f->size + 1;
}

static size_t put_seconds(struct eh_page *page, const struct figure *f, const char *then)
{
    if (*then != 's' || is_letter(then[1]) || f->decimals > 0)
        return 0;
    eh_html(&page->main, "<data value=\"%lld\" data-seconds>", (long long)f->value);
    eh_money_duration(page, f->value);
    eh_html(&page->main, "</data>");
    return f->size + 1;
}

static size_t put_figure(struct eh_page *page, const char *text)
{
    struct figure f = figure_read(text);
    const char *then = text + f.size;
    size_t size = f.large ? 0 : put_amount(page, &f, then);
    size = size > 0 || f.large ? size : put_percent(page, &f, then);
    size = size > 0 || f.large ? size : put_seconds(page, &f, then);
    if (size > 0)
        return size;
    eh_html(&page->main, "%.*s", (int)f.size, text);
    return f.size;
}

/* ---- Words. */

const char *eh_money_metric(struct eh_page *page, const char *name)
{
    size_t size = strlen(name);
    if (strcmp(name, "csat") == 0)
        return "CSAT";
    char *words = eh_arena_alloc(page->arena, size + 1);
    eh_require(words);
    for (size_t i = 0; i <= size; i++)
        words[i] = name[i] == '_' ? ' ' : name[i];
    return words;
}

static size_t put_word(struct eh_page *page, const char *text)
{
    size_t size = 0;
    while (is_letter(text[size]))
        size++;
    const char *word = eh_page_text(page, "%.*s", (int)size, text);
    eh_html(&page->main, "%s", eh_money_metric(page, word));
    return size;
}

/* What is neither: it ends where a word begins, or a figure of its own. */
static size_t put_rest(struct eh_page *page, const char *text)
{
    size_t size = 1;
    while (text[size] && !is_letter(text[size]) && !(is_digit(text[size]) && text[size - 1] == ' '))
        size++;
    eh_html(&page->main, "%.*s", (int)size, text);
    return size;
}

void eh_money_sentence(struct eh_page *page, const char *text)
{
    const char *at = text;
    while (*at)
        if (is_letter(*at))
            at += put_word(page, at);
        else if (is_digit(*at) && (at == text || at[-1] == ' '))
            at += put_figure(page, at);
        else
            at += put_rest(page, at);
}

void eh_money_amounts(struct eh_page *page, const char *text)
{
    const char *at = text;
    while (*at) {
        struct figure f = figure_read(at);
        bool begins = f.size > 0 && !f.large && (at == text || at[-1] == ' ' || at[-1] == '(');
        size_t size = begins ? put_amount(page, &f, at + f.size) : 0;
        if (size == 0) {
            size = f.size > 0 ? f.size : 1 + strcspn(at + 1, "0123456789");
            eh_html(&page->main, "%.*s", (int)size, at);
        }
        at += size;
    }
}

void eh_money_sentences(struct eh_page *page, const json_t *list)
{
    size_t i;
    const json_t *one;
    eh_html(&page->main, "<ul class=\"sentences\">");
    json_array_foreach(list, i, one)
    {
        eh_html(&page->main, "<li>");
        eh_money_sentence(page, json_is_string(one) ? json_string_value(one) : "");
        eh_html(&page->main, "</li>");
    }
    eh_html(&page->main, "</ul>");
}
