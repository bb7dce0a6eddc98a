/* squeeze: a document through zlib. */
#include "web/serve/squeeze.h"

#include <stdlib.h>
#define ZLIB_CONST /* what it reads is const */
#include <zlib.h>

#include "web/site/site.h"

#define LEVEL       4         /* most of what level 9 saves, for half of its time */
#define GZIP_WINDOW (15 + 16) /* zlib's way to say: 32 KiB, and gzip's header */
#define MEMORY      8         /* zlib's own default */

static bool is_safe(const struct eh_http_request *request, bool tls)
{
    const char *site = eh_http_header(request, "Sec-Fetch-Site");
    return !tls || (site && (strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0));
}

bool eh_squeeze_pays(const struct eh_http_request *request, bool tls, size_t size)
{
    return size >= EH_SQUEEZE_LEAST && eh_site_takes_gzip(request) && is_safe(request, tls);
}

void eh_squeeze(struct eh_str text, struct evbuffer *ret)
{
    z_stream stream = {.next_in = (const Bytef *)text.data, .avail_in = text.size};
    eh_require(deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) ==
               Z_OK);
    uLong most = deflateBound(&stream, text.size);
    unsigned char *small = malloc(most);
    eh_require(small);
    stream.next_out = small;
    stream.avail_out = (uInt)most;
    int r = deflate(&stream, Z_FINISH);
    eh_require(r == Z_STREAM_END);
    evbuffer_add(ret, small, stream.total_out);
    deflateEnd(&stream);
    free(small);
}
