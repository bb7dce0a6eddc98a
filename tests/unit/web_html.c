/* web_html: no value is ever markup, and a form is read as it was sent or not at all. */
#include <stdlib.h>

#include <criterion/criterion.h>

#include "web/html/form.h"
#include "web/html/html.h"

TestSuite(web_html, .timeout = 300);

static void expect(struct eh_html *html, const char *wanted)
{
    cr_assert(!html->out.failed);
    struct eh_str made = eh_str_n((const char *)html->out.data, html->out.size);
    cr_assert(eh_str_equal(made, eh_str(wanted)), "%.*s\nand not\n%s", EH_STR_ARG(made), wanted);
    eh_html_clear(html);
}

Test(web_html, values_are_escaped_and_the_format_is_not)
{
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
    eh_html(&html, "<td class=\"%s\">%s</td>", "a\" onclick='x'", "<b>&amp;</b>");
    expect(&html, "<td class=\"a&quot; onclick=&#39;x&#39;\">&lt;b&gt;&amp;amp;&lt;/b&gt;</td>");
    const char *volatile nothing = NULL;
    eh_html(&html, "%.*s|%s|100 %%", 3, "<i>x", nothing);
    expect(&html, "&lt;i&gt;||100 %");
    eh_html_text(&html, eh_str("a<b"));
    expect(&html, "a&lt;b");
}

Test(web_html, numbers_stand_as_they_are)
{
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
    eh_html(&html, "%d %u %lld %llu %zu", -7, 7u, INT64_MIN + 0ll, UINT64_MAX + 0ull, (size_t)9);
    expect(&html, "-7 7 -9223372036854775808 18446744073709551615 9");
}

Test(web_html, what_is_no_text_or_is_not_shown_is_replaced)
{
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
    eh_html(&html, "%s",
            "a\xff"
            "b\xe2\x80\xae"
            "c\x01\xc3\xa5\n\t");
    expect(&html, "a\xef\xbf\xbd"
                  "b\xef\xbf\xbd"
                  "c\xef\xbf\xbd\xc3\xa5\n\t");
}

Test(web_html, addresses_keep_their_parts)
{
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT;
    eh_html_url(&html, "/t/%s/%s?a=%d&b=%s", "../x", "1 2&3\"<", 4, "\xc3\xa5");
    expect(&html, "/t/..%2Fx/1%202%263%22%3C?a=4&amp;b=%C3%A5");
    eh_html_link(&html, "<x>", "/%s", "javascript:alert(1)");
    expect(&html, "<a href=\"/javascript%3Aalert%281%29\">&lt;x&gt;</a>");
}

Test(web_html, a_part_is_added_as_it_stands)
{
    EH_AUTO(eh_html) struct eh_html html = EH_HTML_INIT, part = EH_HTML_INIT;
    eh_html(&part, "<b>%s</b>", "&");
    eh_html_add(&html, &part);
    expect(&html, "<b>&amp;</b>");
}

/* ---- Forms. */

static int read_form(const char *text, struct eh_arena *arena, struct eh_form *ret)
{
    struct eh_error error = {0};
    int r = eh_form_parse(eh_str(text), arena, ret, &error);
    cr_assert(r == 0 || error.text[0]);
    return r;
}

Test(web_html, a_form_is_decoded)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    struct eh_form form;
    cr_assert_eq(read_form("a=1+2&b=%C3%A5%26&&c&d=", &arena, &form), 0);
    cr_assert_str_eq(eh_form_get(&form, "a"), "1 2");
    cr_assert_str_eq(eh_form_get(&form, "b"), "\xc3\xa5&");
    cr_assert_str_eq(eh_form_get(&form, "c"), "");
    cr_assert_str_eq(eh_form_get(&form, "nowhere"), "");
    cr_assert_eq(form.count, 4);
    cr_assert_eq(read_form("", &arena, &form), 0);
    cr_assert_eq(form.count, 0);
}

Test(web_html, a_form_that_could_be_read_in_two_ways_is_refused)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    static const char *const bad[] = {"a=1&a=2", "a=%", "a=%4", "a=%zz", "a=%00", "a=%ff", "%ff=a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct eh_form form;
        cr_assert_eq(read_form(bad[i], &arena, &form), -EH_EPARSE, "%s", bad[i]);
    }
}

Test(web_html, a_form_has_bounds)
{
    EH_AUTO(eh_arena) struct eh_arena arena = EH_ARENA_INIT;
    EH_AUTO(eh_bytes) struct eh_bytes text = EH_BYTES_INIT;
    struct eh_form form;
    for (int i = 0; i < EH_FORM_FIELDS_MAX; i++)
        eh_bytes_put_text(&text, "f%d=%d&", i, i);
    struct eh_str body = eh_str_n((const char *)text.data, text.size);
    cr_assert_eq(eh_form_parse(body, &arena, &form, NULL), 0);
    cr_assert_eq(form.count, EH_FORM_FIELDS_MAX);
    eh_bytes_put_text(&text, "more=1");
    body = eh_str_n((const char *)text.data, text.size);
    cr_assert_eq(eh_form_parse(body, &arena, &form, NULL), -EH_ERANGE);

    char *large = malloc(EH_FORM_BYTES_MAX + 1);
    memset(large, 'a', EH_FORM_BYTES_MAX + 1);
    cr_assert_eq(eh_form_parse(eh_str_n(large, EH_FORM_BYTES_MAX), &arena, &form, NULL), 0);
    cr_assert_eq(eh_form_parse(eh_str_n(large, EH_FORM_BYTES_MAX + 1), &arena, &form, NULL),
                 -EH_ERANGE);
    free(large);
}
