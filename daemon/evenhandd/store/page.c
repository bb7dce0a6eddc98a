/* page: notices and dead letters read back, for an outbox that fell behind. See store.h. */
#include "store/private.h"

static void page_failed(struct eh_store *s)
{
    eh_outbox_batch_free(s->page);
    s->page = NULL;
    s->callbacks->on_page(s->context, NULL);
}

/* False: there is nothing to add to the page, and on_page was told. */
static bool page_goes_on(struct eh_store *s, const PGresult *result)
{
    if (!s->page || !result)
        return false;
    bool failed = store_failed(s, result);
    if (failed)
        page_failed(s);
    return !failed;
}

static void on_page_notices(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!page_goes_on(s, result))
        return;
    struct eh_arena *arena = &s->page->arena;
    int n = PQntuples(result);
    s->page->notices = eh_arena_alloc(arena, ((size_t)n + 1) * sizeof *s->page->notices);
    eh_require(s->page->notices);
    for (int i = 0; i < n; i++)
        s->page->notices[s->page->notice_count++] = (struct eh_notice){
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

static void on_page_dead(void *context, PGresult *result)
{
    struct eh_store *s = context;
    if (!page_goes_on(s, result))
        return;
    struct eh_outbox_batch *page = s->page;
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
    s->page = NULL;
    s->callbacks->on_page(s->context, page);
}

void eh_store_page(struct eh_store *s, uint64_t from_seq, uint64_t from_dead_input)
{
    char desk[2], seq[8], dead[8], most[8];
    if (!store_leads(s) || s->page || eh_outbox_batch_new(&s->page, NULL) < 0) {
        s->callbacks->on_page(s->context, NULL);
        return;
    }
    eh_pg_put16(desk, s->head.desk);
    eh_pg_put64(seq, (int64_t)from_seq);
    eh_pg_put64(dead, (int64_t)from_dead_input);
    eh_pg_put64(most, EH_OUTBOX_PAGE);
    const char *notices[3] = {desk, seq, most}, *letters[3] = {desk, dead, most};
    const int lengths[3] = {2, 8, 8};
    if (eh_pg_send(s->read, &(struct eh_pg_query){"page_notices", 3, notices, lengths},
                   on_page_notices, s) < 0 ||
        eh_pg_send(s->read, &(struct eh_pg_query){"page_dead", 3, letters, lengths}, on_page_dead,
                   s) < 0 ||
        eh_pg_sync(s->read) < 0)
        page_failed(s);
}
