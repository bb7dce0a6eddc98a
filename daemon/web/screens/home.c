/* home: where a person begins: the first screen that is for them. */
#include "web/screens/screens.h"

static void show(struct eh_page *page)
{
    for (const struct eh_screen *const *screen = page->pages->screens; *screen && !page->go;
         screen++)
        if ((*screen)->nav && eh_page_is(page, (*screen)->roles))
            page->go = (*screen)->path;
    eh_html(&page->main,
            "<h1>Nothing here for you</h1><p class=\"lead\">You are signed in as %s, and the desk "
            "file names nobody with this <code>user</code>. Whoever keeps the desk file can add "
            "you.</p>",
            page->who.name);
}

const struct eh_screen eh_screen_home = {
    .path = "/", .title = "evenhand", .roles = EH_IS_ANYBODY, .show = show};
