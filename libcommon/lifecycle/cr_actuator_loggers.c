/* Loggers: shown, and changed while the daemon runs. */
#include "cr_actuator_private.h"
#include "cr_json.h"
#include "cr_json_writer.h"
#include "cr_log.h"

static void write_levels(struct cr_json_writer *w, const struct cr_log_info *info)
{
    cr_json_begin_object(w);
    if (info->configured)
        cr_json_pair_text(w, "configuredLevel", cr_log_level_name(info->configured_level));
    cr_json_pair_text(w, "effectiveLevel", cr_log_level_name(info->effective_level));
    cr_json_end_object(w);
}

void cr_actuator_loggers(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    cr_json_init(&w, &body);
    cr_json_begin_object(&w);
    cr_json_pair_array(&w, "levels");
    for (int level = CR_LOG_OFF; level <= CR_LOG_TRACE; level++)
        cr_json_text(&w, cr_log_level_name((enum cr_log_level)level));
    cr_json_end_array(&w);
    cr_json_pair_object(&w, "loggers");
    struct cr_log_info info;
    for (size_t cursor = 0; cr_log_next(&cursor, &info);) {
        cr_json_key(&w, info.name);
        write_levels(&w, &info);
    }
    cr_json_end_object(&w);
    cr_json_pair_object(&w, "groups");
    cr_json_end_object(&w);
    cr_json_end_object(&w);
    cr_actuator_json(req, 200, &body);
}

void cr_actuator_logger(struct cr_http_request *req, void *ctx)
{
    (void)ctx;
    CR_AUTO(cr_buf) body = {0};
    struct cr_json_writer w;
    struct cr_log_info info;
    struct cr_slice name = cr_http_param(req, "name");
    if (!cr_log_find(name.ptr, &info)) {
        cr_http_problem(req, 404, "no logger '%.*s'; /actuator/loggers lists them",
                        CR_SLICE_ARG(name));
        return;
    }
    cr_json_init(&w, &body);
    write_levels(&w, &info);
    cr_actuator_json(req, 200, &body);
}

/* Sets or, with null or without the member, clears the level. */
static int change_level(const char *name, const struct cr_tree *tree, struct cr_err *err)
{
    const struct cr_tree *wanted = cr_tree_get(tree, "configuredLevel");
    enum cr_log_level level = CR_LOG_INFO;
    if (cr_tree_kind(tree) != CR_TREE_OBJECT)
        return cr_err_set(err, CR_EINVAL,
                          "the body is %s, not an object like "
                          "{\"configuredLevel\":\"DEBUG\"}",
                          cr_tree_kind_name(cr_tree_kind(tree)));
    if (cr_tree_kind(wanted) == CR_TREE_NULL) {
        cr_log_clear_level(name);
        return 0;
    }
    if (cr_tree_kind(wanted) != CR_TREE_STRING ||
        cr_log_level_parse(cr_tree_slice(wanted), &level) != 0)
        return cr_err_set(err, CR_EINVAL,
                          "configuredLevel must be OFF, ERROR, WARN, INFO, DEBUG, TRACE or null");
    int rc = cr_log_set_level(name, level);
    return rc == 0 ? 0 : cr_err_set(err, rc, "there are too many loggers");
}

void cr_actuator_set_logger(struct cr_http_request *req, void *ctx)
{
    struct cr_app *app = ctx;
    const struct cr_tree *tree = NULL;
    struct cr_err err = {0};
    struct cr_slice name = cr_http_param(req, "name");
    int rc = cr_json_parse(cr_http_body(req), cr_http_arena(req), &tree, &err);
    if (rc == 0)
        rc = change_level(name.ptr, tree, &err);
    if (rc != 0) {
        cr_http_problem(req, 400, "logger '%.*s': %s", CR_SLICE_ARG(name), err.text);
        return;
    }
    cr_log_info(app->log, "logger.changed", "level of %.*s changed by %s", CR_SLICE_ARG(name),
                cr_http_peer(req));
    cr_http_answer(req, 204, NULL, (struct cr_slice){NULL, 0});
}
