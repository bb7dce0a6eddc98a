/*
 * fuzz/snapshot: a snapshot that was tampered with. What is restored all the same is the state
 * its digest says, and goes on; what is not leaves nothing behind.
 */
#include "edits.h"
#include "fuzz.h"
#include "past.h"

static struct eh_bytes good = EH_BYTES_INIT;

static void make_good(void)
{
    struct kit k;
    struct eh_str image = {NULL, 0};
    kit_start(&k, PAST_DESK);
    for (size_t i = 0; i < PAST_MESSAGES; i++) {
        past_send(&k, i, image);
        if (k.fx.image.size)
            image = k.fx.image;
    }
    eh_require(eh_engine_snapshot(k.e, &good) == 0);
    kit_done(&k);
}

static int restore(const struct eh_bytes *bytes, struct eh_engine **ret)
{
    struct eh_error error = {0};
    int r = eh_engine_restore(eh_str_n((const char *)bytes->data, bytes->size), ret, &error);
    eh_require(r == 0 || (!*ret && error.code == -r && error.text[0]));
    return r;
}

/* What is not told by the digest (how old an image is, a hash that is made anew) may be written
 * otherwise; what is written then is read as the same state. */
static void check_restored(struct eh_engine *e)
{
    EH_AUTO(eh_bytes) struct eh_bytes written = EH_BYTES_INIT;
    struct eh_engine *again = NULL;
    eh_require(eh_key_equal(eh_engine_digest(e), eh_engine_digest_anew(e)));
    eh_require(eh_engine_snapshot(e, &written) == 0 && restore(&written, &again) == 0);
    eh_require(eh_key_equal(eh_engine_digest(e), eh_engine_digest(again)));
    eh_engine_free(again);
    struct kit k = {.e = e, .draws.draw = kit_draw};
    k.fx.arena = &k.arena;
    past_go_on(&k);
    kit_done(&k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    EH_AUTO(eh_bytes) struct eh_bytes forged = EH_BYTES_INIT;
    struct eh_engine *e = NULL;
    if (!good.size)
        make_good();
    if (size > 0 && data[0] == 0xFF) /* bytes as they are */
        eh_bytes_put(&forged, data + 1, size - 1);
    else
        edits_apply(data, size, eh_str_n((const char *)good.data, good.size), &forged);
    if (restore(&forged, &e) == 0)
        check_restored(e);
    return 0;
}
