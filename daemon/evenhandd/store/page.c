/* page: notices and dead letters read back, for an outbox that fell behind. See store.h. */
#include "store/private.h"

/* What was read is told, or, when another range was asked for meanwhile, that one is read. */
static void page_end(struct eh_store *s)
{
    struct store_page ended = s->page;
    s->page = (struct store_page){0};
    if (ended.failed || ended.asked_again) {
        eh_outbox_batch_free(ended.rows);
        ended.rows = NULL;
    }
    if (ended.asked_again)
        eh_store_page(s, ended.from_seq, ended.from_dead_input);
    else
        s->callbacks->on_page(s->context, ended.rows);
}

/* False: there is nothing to add to the page. */
static bool page_goes_on(struct eh_store *s, const PGresult *result)
{
    if (!s->page.rows || !result)
        return false;
    s->page.answers--;
    if (store_failed(s, result))
        s->page.failed = true;
    return !s->page.failed;
}

/* Both answers have to be here: none of them may come to a page that follows. */
static void page_answered(struct eh_store *s)
{
    if (s->page.rows && s->page.answers == 0)
        page_end(s);
}

static void notices_read(struct eh_outbox_batch *page, const PGresult *result)
{
    struct eh_arena *arena = &page->arena;
    int n = PQntuples(result);
    page->notices = eh_arena_alloc(arena, ((size_t)n + 1) * sizeof *page->notices);
    eh_require(page->notices);
    for (int i = 0; i < n; i++)
        page->notices[page->notice_count++] = (struct eh_notice){
            .seq = (uint64_t)eh_pg_int(result, i, 0),
            .type = (uint8_t)eh_pg_int(result, i, 1),
            .source = eh_batch_kept(arena, eh_pg_text(result, i, 2)),
            .id = eh_batch_kept(arena, eh_pg_text(result, i, 3)),
            .team = eh_batch_kept(arena, eh_pg_text(result, i, 4)),
            .rep = eh_batch_kept(arena, eh_pg_text(result, i, 5)),
            .was = eh_batch_kept(arena, eh_pg_text(result, i, 6)),
            .why = eh_batch_kept(arena, eh_pg_text(result, i, 7)),
            .at_ms = eh_pg_int(result, i, 8) / 1000,
            .input = (uint64_t)eh_pg_int(result, i, 9),
            .inbox = PQgetisnull(result, i, 12)
                         ? eh_batch_stream_id(arena, store_stream_id(result, i, 10))
                         : eh_batch_kept(arena, eh_pg_text(result, i, 12)),
        };
}

static void dead_read(struct eh_outbox_batch *page, const PGresult *result)
{
    int n = PQntuples(result);
    page->dead = eh_arena_alloc(&page->arena, ((size_t)n + 1) * sizeof *page->dead);
    eh_require(page->dead);
    for (int i = 0; i < n; i++)
        page->dead[page->dead_count++] = (struct eh_dead_entry){
            .input = (uint64_t)eh_pg_int(result, i, 0),
            .reason = eh_batch_kept(&page->arena, eh_pg_text(result, i, 1)),
            .stream_id = eh_batch_kept(&page->arena, eh_pg_text(result, i, 2)),
            .body = eh_batch_kept(&page->arena, eh_pg_text(result, i, 3)),
            .at_ms = eh_pg_int(result, i, 4) / 1000,
            .size = (uint64_t)eh_pg_int(result, i, 5),
            .sha256 = eh_batch_kept(&page->arena, eh_pg_text(result, i, 6)),
        };
}

static void on_page_notices(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (page_goes_on(s, result))
        notices_read(s->page.rows, result);
    page_answered(s);
}

static void on_page_dead(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (page_goes_on(s, result))
        dead_read(s->page.rows, result);
    page_answered(s);
}

static int page_ask(struct eh_store *s, const struct eh_pg_query *query, eh_pg_result_fn *on_result)
{
    int r = eh_pg_send(s->read, query, on_result, s);
    if (r == 0)
        s->page.answers++;
    return r;
}

static void page_send(struct eh_store *s, uint64_t from_seq, uint64_t from_dead_input)
{
    char desk[2], seq[8], dead[8], most[8];
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(seq, (int64_t)from_seq);
    eh_pg_put64(dead, (int64_t)from_dead_input);
    eh_pg_put64(most, EH_OUTBOX_PAGE);
    const char *notices[3] = {desk, seq, most}, *letters[3] = {desk, dead, most};
    const int lengths[3] = {2, 8, 8};
    const struct eh_pg_query ask_notices = {"page_notices", 3, notices, lengths};
    const struct eh_pg_query ask_dead = {"page_dead", 3, letters, lengths};
    s->page.failed = page_ask(s, &ask_notices, on_page_notices) < 0 ||
                     page_ask(s, &ask_dead, on_page_dead) < 0 || eh_pg_sync(s->read) < 0;
    page_answered(s);
}

void eh_store_page(struct eh_store *s, uint64_t from_seq, uint64_t from_dead_input)
{
    if (s->page.rows) {
        s->page.asked_again = true;
        s->page.from_seq = from_seq;
        s->page.from_dead_input = from_dead_input;
    } else if (!store_leads(s) || eh_outbox_batch_new(&s->page.rows, NULL) < 0) {
        s->callbacks->on_page(s->context, NULL);
    } else {
        page_send(s, from_seq, from_dead_input);
    }
}
