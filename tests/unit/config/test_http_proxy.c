/* http_proxy: which of two proxies a URL needs, and which hosts need none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cr_attr.h"
#include "http_proxy.h"

#define NONE                                                                                       \
    {                                                                                              \
        "", 0, "", "", ""                                                                          \
    }

static const struct http_proxy *chosen(const struct http_proxies *proxies, const char *url)
{
    return http_proxy_for(proxies, cr_slice_of(url));
}

static void each_stands_in_for_the_other(void **state)
{
    (void)state;
    const struct http_proxies none = {NONE, NONE};
    const struct http_proxies both = {{"a", 1, "", "", ""}, {"b", 2, "", "", ""}};
    const struct http_proxies one = {{"a", 1, "", "", ""}, NONE},
                              other = {NONE, {"b", 2, "", "", ""}};
    const struct http_proxies no_port = {{"a", 0, "", "", ""}, NONE};
    assert_null(chosen(&none, "http://h/r"));
    assert_null(chosen(&no_port, "http://h/r"));
    assert_null(chosen(&both, "no URL"));
    assert_ptr_equal(chosen(&both, "http://h/r"), &both.http);
    assert_ptr_equal(chosen(&both, "HTTPS://h/r"), &both.https);
    assert_ptr_equal(chosen(&one, "https://h/r"), &one.http);
    assert_ptr_equal(chosen(&other, "http://h/r"), &other.https);
}

static void hosts_may_be_excepted(void **state)
{
    (void)state;
    static const struct {
        const char *hosts, *url;
        bool excepted;
    } cases[] = {
        {"", "http://git/r", false},
        {"|, |", "http://git/r", false},
        {"git", "http://git:8080/r", true},
        {"git", "http://GIT/r", true},
        {"git", "http://git.example.org/r", false},
        {"a| git ,b", "http://git/r", true},
        {"*.example.org", "http://git.Example.org/r", true},
        {"*.example.org", "http://example.org/r", false},
        {"*.example.org", "http://git.example.org.evil/r", false},
        {"10.*", "http://10.1.2.3/r", true},
        {"10.*", "http://110.1.2.3/r", false},
        {"*corp*", "http://git.corp.net/r", true},
        {"*corp*", "http://git.net/r", false},
        {"*", "http://git.net/r", true},
        {"::1", "http://[::1]:80/r", true},
    };
    for (size_t i = 0; i < CR_COUNT(cases); i++) {
        const struct http_proxies proxies = {{"proxy", 3128, "", "", cases[i].hosts}, NONE};
        assert_int_equal(chosen(&proxies, cases[i].url) == NULL, cases[i].excepted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_stands_in_for_the_other),
        cmocka_unit_test(hosts_may_be_excepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
