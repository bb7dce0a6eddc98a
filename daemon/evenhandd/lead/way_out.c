/* way_out: what to do where a desk file is refused for what this state cannot mend. */
#include <string.h>

#include "lead/app.h"

const char *eh_desk_way_out(const char *message)
{
    bool identity =
        strncmp(message, "currency: it is ", 16) == 0 || strncmp(message, "desk: it is ", 12) == 0;
    if (identity)
        return "; this state keeps it: begin another one, `tools/up --state OTHER --desk FILE`, "
               "else "
               "another database";
    if (strncmp(message, "plan ", 5) == 0 && strstr(message, " governs since "))
        return "; a desk of its own begins another state: `tools/up --state OTHER --desk FILE`, "
               "else "
               "another database";
    return "";
}
