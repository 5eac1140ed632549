/* hook, hook_proof and changed_services: conformance cases 81 to 83 in pure form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "changed_services.h"
#include "cr_buf.h"
#include "hook.h"
#include "hook_proof.h"

#define JSON "Content-Type", "application/json"
#define PUSH                                                                                       \
    "{\"commits\":[{\"added\":[\"a.yml\"],\"removed\":[\"r.yml\"],\"modified\":[\"m.yml\"]},"      \
    "{\"modified\":[\"application.yml\", 7]}]}"
#define FILES "a.yml r.yml m.yml application.yml"

enum { HEADERS_MAX = 4 };

/* A request written down: names and values in turn. */
struct sent {
    const char *headers[2 * HEADERS_MAX];
    const char *body;
};

static struct cr_slice header_of(void *ctx, const char *name)
{
    const struct sent *sent = ctx;
    for (size_t i = 0; i + 1 < CR_COUNT(sent->headers) && sent->headers[i]; i += 2)
        if (cr_slice_equal_nocase(cr_slice_of(sent->headers[i]), cr_slice_of(name)))
            return cr_slice_of(sent->headers[i + 1]);
    return (struct cr_slice){0};
}

static struct hook_request request_of(struct sent *sent)
{
    return (struct hook_request){header_of, sent, cr_slice_of(sent->body)};
}

static void join(const struct cr_slice *items, size_t count, struct cr_buf *out)
{
    for (size_t i = 0; i < count; i++)
        cr_buf_printf(out, "%s%.*s", i ? " " : "", CR_SLICE_ARG(items[i]));
    cr_buf_text(out, "");
}

static void assert_read(struct sent sent, unsigned disabled, enum hook_host host, const char *paths)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) seen = {0};
    struct hook_request request = request_of(&sent);
    struct cr_err err = {0};
    struct hook hook;
    assert_int_equal(hook_read(&request, disabled, arena, &hook, &err), 0);
    assert_string_equal(hook_host_name(hook.host), hook_host_name(host));
    join(hook.paths, hook.path_count, &seen);
    assert_true(cr_slice_is(cr_buf_view(&seen), paths));
}

static void case_82_github_names_files(void **state)
{
    (void)state;
    assert_read((struct sent){{JSON, "X-Github-Event", "push"}, PUSH}, 0, HOOK_GITHUB, FILES);
    assert_read((struct sent){{JSON, "X-Github-Event", "ping"}, "{}"}, 0, HOOK_NONE, "");
    assert_read((struct sent){{JSON, "X-Github-Event", "push"}, PUSH}, 1U << HOOK_GITHUB, HOOK_NONE,
                "");
}

static void case_81_generic_paths(void **state)
{
    (void)state;
    static const char form[] = "application/x-www-form-urlencoded";
    assert_read((struct sent){{"Content-Type", form}, "path=foo-dev.yml&x=1&path=a%2Fb+c.yml"}, 0,
                HOOK_GENERIC, "foo-dev.yml a/b c.yml");
    assert_read((struct sent){{JSON}, "{\"path\":\"foo.yml\"}"}, 0, HOOK_GENERIC, "foo.yml");
    assert_read((struct sent){{JSON}, "{\"path\":[\"foo.yml\",\"b.yml\",null]}"}, 0, HOOK_GENERIC,
                "foo.yml b.yml");
    assert_read((struct sent){{JSON}, "{\"path\":7}"}, 0, HOOK_NONE, "");
    assert_read((struct sent){{JSON}, "{\"any\":1}"}, 0, HOOK_NONE, "");
}

static void case_83_other_hosts(void **state)
{
    (void)state;
    assert_read((struct sent){{JSON, "X-Gitlab-Event", "Push Hook"}, PUSH}, 0, HOOK_GITLAB, FILES);
    assert_read((struct sent){{JSON, "x-git-oschina-event", "Push Hook"}, PUSH}, 0, HOOK_GITEE,
                FILES);
    assert_read((struct sent){{JSON, "X-Gogs-Event", "push"}, PUSH}, 0, HOOK_GOGS, FILES);
    assert_read((struct sent){{JSON, "X-Gitea-Event", "push"}, PUSH}, 0, HOOK_GITEA,
                HOOK_EVERYTHING);
    assert_read((struct sent){{JSON, "X-Event-Key", "repo:push", "X-Hook-UUID", "u"},
                              "{\"push\":{\"changes\":[]}}"},
                0, HOOK_BITBUCKET, HOOK_EVERYTHING);
    assert_read((struct sent){{JSON, "X-Event-Key", "repo:push"}, "{\"push\":{\"changes\":[]}}"}, 0,
                HOOK_NONE, "");
    assert_read((struct sent){{JSON, "X-Event-Key", "repo:refs_changed", "X-Request-Id", "u"},
                              "{\"changes\":[]}"},
                0, HOOK_BITBUCKET, HOOK_EVERYTHING);
    assert_read((struct sent){{JSON, "X-Event-Key", "pr:merged", "X-Request-Id", "u"}, "{}"}, 0,
                HOOK_BITBUCKET, HOOK_EVERYTHING);
    assert_read((struct sent){{JSON}, "{\"eventType\":\"git.push\",\"publisherId\":\"tfs\"}"}, 0,
                HOOK_AZURE, HOOK_EVERYTHING);
}

static void assert_refused(struct sent sent, int code, const char *text)
{
    CR_AUTO_ARENA arena = cr_arena_new(16 * 1024 * 1024);
    struct hook_request request = request_of(&sent);
    struct cr_err err = {0};
    struct hook hook;
    assert_int_equal(hook_read(&request, 0, arena, &hook, &err), code);
    assert_non_null(strstr(err.text, text));
}

static void refuses_what_it_cannot_read(void **state)
{
    (void)state;
    assert_refused((struct sent){{JSON}, "{\"commits\":"}, CR_EPARSE, "line 1");
    assert_refused((struct sent){{JSON}, "[1]"}, CR_EPARSE, "an array");
    assert_refused((struct sent){{"Content-Type", "text/plain"}, "{}"}, CR_EINVAL, "text/plain");
    assert_refused((struct sent){{NULL}, "{}"}, CR_EINVAL, "application/json");
    assert_refused((struct sent){{"Content-Type", "application/x-www-form-urlencoded"}, "path=%zz"},
                   CR_EPARSE, "escape");
}

static void bounds_the_files(void **state)
{
    (void)state;
    CR_AUTO(cr_buf) body = {0};
    cr_buf_text(&body, "{\"path\":[");
    for (int i = 0; i <= HOOK_PATHS_MAX; i++)
        cr_buf_text(&body, i ? ",\"f\"" : "\"f\"");
    cr_buf_text(&body, "]}");
    cr_buf_char(&body, '\0');
    assert_refused((struct sent){{JSON}, body.data}, CR_ELIMIT, "20000");
}

/* --- proofs --- */

/* Of "secret" over "{}", by `openssl dgst -sha256 -hmac secret`. */
#define MAC_BEGIN "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e"
#define MAC       MAC_BEGIN "13"
#define MAC_UPPER "77325902CACA812DC259733AACD046B73817372C777B8D95B402647474516E13"

static bool is_proven(struct sent sent)
{
    struct hook_request request = request_of(&sent);
    if (!request.body.len)
        request.body = CR_SLICE("{}");
    return hook_is_proven(&request, CR_SLICE("secret"), 1700000000000);
}

static void knows_each_proof(void **state)
{
    (void)state;
    assert_true(is_proven((struct sent){{"X-Hub-Signature-256", "sha256=" MAC}, NULL}));
    assert_true(is_proven((struct sent){{"X-Hub-Signature", "sha256=" MAC}, NULL}));
    assert_true(is_proven((struct sent){{"X-Gitea-Signature", MAC}, NULL}));
    assert_true(is_proven((struct sent){{"X-Gogs-Signature", MAC}, NULL}));
    assert_true(is_proven((struct sent){{"X-Gogs-Signature", MAC_UPPER}, NULL}));
    assert_true(is_proven((struct sent){{"X-Gitlab-Token", "secret"}, NULL}));
    assert_true(is_proven((struct sent){{"X-Gitee-Token", "secret"}, NULL}));
    assert_true(is_proven((struct sent){{"Authorization", "Basic aG9vazpzZWNyZXQ="}, NULL}));
    assert_true(is_proven((struct sent){{"authorization", "basic OnNlY3JldA=="}, NULL}));
    assert_true(is_proven((struct sent){{"X-Gitee-Timestamp", "1700000000123", "X-Gitee-Token",
                                         "EuAwVSfePnVOq0cu6mnF3quJywHpp6mRkTQz01sPfuw="},
                                        NULL}));
}

static void refuses_wrong_proofs(void **state)
{
    (void)state;
    assert_false(is_proven((struct sent){{NULL}, NULL}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", "sha256=" MAC}, "{ }"}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", MAC}, NULL}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", "sha256="}, NULL}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", "sha256=" MAC "00"}, NULL}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", "sha256=" MAC_BEGIN "14"}, NULL}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", "sha256=" MAC_BEGIN}, NULL}));
    assert_false(is_proven((struct sent){{"X-Hub-Signature-256", "sha256=" MAC_BEGIN "1x"}, NULL}));
    assert_false(is_proven((struct sent){{"X-Gitlab-Token", "Secret"}, NULL}));
    assert_false(is_proven((struct sent){{"X-Gitlab-Token", ""}, NULL}));
    assert_false(is_proven((struct sent){{"Authorization", "Basic c2VjcmV0"}, NULL}));
    assert_false(is_proven((struct sent){{"Authorization", "Basic a"}, NULL}));
    assert_false(is_proven((struct sent){{"Authorization", "Basic ===="}, NULL}));
    assert_false(is_proven((struct sent){{"X-Gitee-Timestamp", "1600000000000", "X-Gitee-Token",
                                          "EuAwVSfePnVOq0cu6mnF3quJywHpp6mRkTQz01sPfuw="},
                                         NULL}));
}

static void an_empty_secret_proves_nothing(void **state)
{
    (void)state;
    struct sent sent = {{"X-Gitlab-Token", "", "Authorization", "Basic Og=="}, "{}"};
    struct hook_request request = request_of(&sent);
    assert_false(hook_is_proven(&request, CR_SLICE(""), 0));
}

/* --- whose files --- */

static void assert_services(const char *path, const char *names)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    CR_AUTO(cr_buf) seen = {0};
    struct cr_slice paths[] = {cr_slice_of(path)};
    const struct cr_slice *found;
    struct cr_err err = {0};
    size_t count;
    assert_int_equal(changed_services(paths, 1, arena, &found, &count, &err), 0);
    join(found, count, &seen);
    assert_true(cr_slice_is(cr_buf_view(&seen), names));
}

static void names_services(void **state)
{
    (void)state;
    assert_services("a/foo-bar-dev.yml", "foo-bar-dev foo-bar foo");
    assert_services("application-dev.yml", "application-dev *");
    assert_services(HOOK_EVERYTHING, "*");
    assert_services("foo", "foo");
    assert_services("x/.yml", "");
    assert_services("-dev.yml", "-dev");
    assert_services("", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_81_generic_paths), cmocka_unit_test(case_82_github_names_files),
        cmocka_unit_test(case_83_other_hosts),   cmocka_unit_test(refuses_what_it_cannot_read),
        cmocka_unit_test(bounds_the_files),      cmocka_unit_test(knows_each_proof),
        cmocka_unit_test(refuses_wrong_proofs),  cmocka_unit_test(an_empty_secret_proves_nothing),
        cmocka_unit_test(names_services),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
