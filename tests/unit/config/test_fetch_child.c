/* fetch_child: the request as bytes. What a real child does is in tests/blackbox/config. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fetch_child.h"

static const struct fetch_request full = {
    .url = "https://host/r.git",
    .mirror = "/var/lib/crema/r.git",
    .username = "me",
    .password = "p\nw \xc3\xbc",
    .ssh = {.private_key = "-----BEGIN\n", .host_key = "AAAA", .ignore_local = true},
    .proxies = {.https = {.host = "proxy", .port = 3128, .password = "p"}},
    .skip_ssl_validation = true,
    .anew = false,
    .tidy = true,
};

static void comes_back_as_it_was(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) bytes = {0};
    struct fetch_request found;
    int64_t parent = 0;
    fetch_request_write(&full, &bytes);
    assert_int_equal(fetch_request_read(cr_buf_view(&bytes), &found, &parent), 0);
    assert_string_equal(found.url, full.url);
    assert_string_equal(found.mirror, full.mirror);
    assert_string_equal(found.username, full.username);
    assert_string_equal(found.password, full.password);
    assert_string_equal(found.ssh.private_key, full.ssh.private_key);
    assert_string_equal(found.ssh.host_key, full.ssh.host_key);
    assert_string_equal(found.ssh.passphrase, ""); /* one that was not set */
    assert_true(found.ssh.ignore_local);
    assert_false(found.ssh.any_host_key);
    assert_string_equal(found.proxies.https.host, "proxy");
    assert_int_equal(found.proxies.https.port, 3128);
    assert_string_equal(found.proxies.https.password, "p");
    assert_string_equal(found.proxies.http.host, "");
    assert_true(found.skip_ssl_validation);
    assert_false(found.anew);
    assert_true(found.tidy);
    assert_int_equal(parent, getpid());
}

static void refuses_a_part_of_one(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) bytes = {0};
    struct fetch_request found;
    int64_t parent = 0;
    fetch_request_write(&full, &bytes);
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(fetch_request_read((struct cr_slice){bytes.data, len}, &found, &parent),
                         CR_EPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was),
        cmocka_unit_test(refuses_a_part_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
