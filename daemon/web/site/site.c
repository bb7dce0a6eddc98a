/* site: finds a file by its address, and sends it as small as the browser takes it. */
#include "web/site/site.h"

#define FOR_EVER "public, max-age=31536000, immutable"

const char *eh_site_address(const char *name)
{
    const struct eh_site_file *file = eh_site_files;
    while (file->name && strcmp(file->name, name) != 0)
        file++;
    eh_require(file->name);
    return file->address;
}

static const struct eh_site_file *find(const char *address)
{
    for (const struct eh_site_file *file = eh_site_files; file->name; file++)
        if (strcmp(file->address, address) == 0)
            return file;
    return NULL;
}

/* "gzip;q=0" is nobody's way to ask for a page. */
bool eh_site_takes_gzip(const struct eh_http_request *request)
{
    const char *takes = eh_http_header(request, "Accept-Encoding");
    return takes && strstr(takes, "gzip");
}

bool eh_site_answer(struct eh_http_request *request)
{
    static const struct eh_http_header safe = {"X-Content-Type-Options", "nosniff", NULL};
    static const struct eh_http_header vary = {"Vary", "Accept-Encoding", &safe};
    static const struct eh_http_header gzip = {"Content-Encoding", "gzip", &vary};
    const struct eh_site_file *file = request->path ? find(request->path) : NULL;
    if (!file || strcmp(request->method, "GET") != 0)
        return false;
    bool small = eh_site_takes_gzip(request);
    struct evbuffer *body = evbuffer_new();
    eh_require(body);
    evbuffer_add_reference(body, small ? file->small : file->plain,
                           small ? file->small_size : file->plain_size, NULL, NULL);
    eh_http_answer(request, &(struct eh_http_answer){.status = 200,
                                                     .content_type = file->type,
                                                     .cache = FOR_EVER,
                                                     .headers = small ? &gzip : &vary,
                                                     .body = body});
    evbuffer_free(body);
    return true;
}
