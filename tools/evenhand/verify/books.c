/*
 * books: compares the rosters and pool metrics that people read with the texts that the log gives
 * at their inputs.
 */
#include <stdlib.h>

#include <evenhand/json/books.h>

#include "log/tables.h"
#include "private.h"

static int book_wrong(const struct eh_book_row *row, const char *what, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "book %.*s%s%.*s%s%.*s: as of input %llu %s",
                        EH_STR_ARG(row->what), row->team.size ? " of " : "", EH_STR_ARG(row->team),
                        row->period.size ? ", " : "", EH_STR_ARG(row->period), big(row->input),
                        what);
}

/* Another build may write the same content in another form. */
static bool is_of_another_form(struct eh_str body)
{
    static const char form[] = "{\"form\":";
    size_t size = sizeof form - 1, whole = sizeof EH_BOOK_FORM - 1;
    return body.size > size && memcmp(body.data, form, size) == 0 &&
           (body.size < whole || memcmp(body.data, EH_BOOK_FORM, whole) != 0);
}

/* The text that the log gives, which the caller frees; NULL: it gives none of this kind. */
static int wanted_text(const struct eh_proof *p, const struct eh_book_row *row, char **ret,
                       struct eh_error *error)
{
    const struct eh_engine *engine = p->replay->engine;
    struct eh_period_view view;
    struct eh_period period;
    uint32_t lines;
    *ret = NULL;
    if (eh_str_equal(row->what, eh_str("roster")))
        return row->team.size || row->period.size || row->version != 0
                   ? 0
                   : eh_roster_text(engine, ret, error);
    if (!eh_str_equal(row->what, eh_str("pool")) ||
        eh_period_parse(row->period, &period, NULL) < 0 ||
        !eh_engine_period(engine, row->team, period, &view) || view.last.version != row->version)
        return 0;
    return eh_pool_metrics_text(engine, &view, ret, &lines, error);
}

static int compare_book(struct eh_proof *p, const struct eh_book_row *row, struct eh_error *error)
{
    char *wanted;
    if (is_of_another_form(row->body)) {
        p->counts.other_books++;
        return 0;
    }
    int r = wanted_text(p, row, &wanted, error);
    if (r == 0 && (!wanted || !eh_str_equal(eh_str(wanted), row->body)))
        r = book_wrong(row, wanted ? "the log gives another text" : "the log gives none", error);
    free(wanted);
    return r;
}

int proof_compare_books(struct eh_proof *p, bool compared, struct eh_error *error)
{
    struct eh_book_row row;
    int r;
    while ((r = eh_cli_log_next_book(p->replay->log, p->replay->in.no, &row, error)) > 0) {
        if (compared && row.input != p->replay->in.no)
            return book_wrong(&row, "there is no such input", error);
        r = compared ? compare_book(p, &row, error) : 0;
        if (r < 0)
            return r;
    }
    return r;
}

int proof_books_end(struct eh_proof *p, struct eh_error *error)
{
    struct eh_book_row row;
    int r = eh_cli_log_next_book(p->replay->log, UINT64_MAX, &row, error);
    return r > 0 ? book_wrong(&row, "there is no such input", error) : r;
}
