/* admin_peers: lookups of who asks, which wait for each other and cannot always be begun. */
#include <sys/resource.h>

#include <criterion/criterion.h>

#include "admin/http/peer.h"

#define MOST_S  60                             /* it ends what hangs */
#define WAITING (EH_PEER_LOOKUPS_FOR_MAX)      /* the first one that has to wait */
#define COUNT   (EH_PEER_LOOKUPS_FOR_MAX + 2u) /* people who are asked for */

TestSuite(admin_peers, .timeout = 2 * MOST_S);

static struct eh_peers peers;
static struct eh_peer web = {.uid = 4000000, .user = "web"};
static struct eh_peer *people[COUNT];
static uint32_t told[COUNT];

/* As a server does it: whoever waited for a name asks once more, and is answered. */
static void on_looked_up(void *context, struct eh_peer *peer)
{
    uint32_t *left = context;
    uint32_t i = 0;
    while (people[i] != peer)
        i++;
    if (told[i]++ > 0)
        return;
    (void)eh_peer_is_current(peer);
    if (--*left == 0)
        event_base_loopbreak(peers.base);
}

static void open_descriptors(rlim_t most)
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most ? most : limit.rlim_max;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

Test(admin_peers, who_waits_for_a_lookup_that_cannot_be_begun_is_told)
{
    uint32_t left = COUNT;
    const struct timeval most = {MOST_S, 0};
    eh_peers_init(&peers, event_base_new(), on_looked_up, &left);
    for (uint32_t i = 0; i < COUNT; i++) {
        char name[16];
        eh_format(name, sizeof name, "nobody-%u", i);
        people[i] = eh_peers_for(&peers, &web, eh_str(name), NULL);
        cr_assert_not_null(people[i]);
        cr_expect_not(eh_peer_is_current(people[i]));
        cr_assert(eh_peer_is_awaited(people[i]));
        cr_assert_eq(people[i]->wants_lookup, i >= WAITING);
    }
    open_descriptors(3); /* as many as are always open: not one more */
    event_base_loopexit(peers.base, &most);
    event_base_dispatch(peers.base);
    open_descriptors(0);
    for (uint32_t i = 0; i < COUNT; i++)
        cr_expect_gt(told[i], 0, "nobody was told of %s", people[i]->user);
    struct event_base *base = peers.base;
    eh_peers_done(&peers);
    event_base_free(base);
}
