"""Which settings the servers are started with, and which repositories each of them serves.

One Java machine runs all of Spring's servers beside each other; ours are a process each.
"""
from dataclasses import dataclass

import flat_plan
import git_plan
import properties_plan
import yaml_plan
from scenario import Scenario

SERVER = "spring.cloud.config.server."
# Without a second try at master, which would hide what is wrong with main.
EACH_ITS_OWN = {SERVER + "git.uri": "file://{root}/{application}", SERVER + "git.try-master-branch": "false"}


@dataclass
class Group:
    name: str
    settings: dict   # {root} stands for the folder of the repositories
    writers: tuple   # functions that fill a scenario each

    def scenarios(self):
        for writer in self.writers:
            scenario = Scenario(f"{writer.__module__.removesuffix('_plan')}_{writer.__name__}")
            writer(scenario)
            yield scenario


def under(prefix, **settings):
    return {f"{SERVER}{prefix}{key.replace('_', '-')}": value for key, value in settings.items()}


GROUPS = (
    Group("own repositories", EACH_ITS_OWN,
          (*yaml_plan.PLAN, *properties_plan.PLAN, *flat_plan.PLAN, *git_plan.PLAN)),
    Group("a second try", under("git.", uri="file://{root}/{application}"),
          (git_plan.master, git_plan.broken_main)),
    Group("several applications", under("git.", uri="file://{root}/git_several", try_master_branch="false"),
          (git_plan.several,)),
    Group("search paths",
          {**EACH_ITS_OWN, **under("git.", search_paths="cfg,{application},bar*,deep/**,{profile},{label}")},
          (git_plan.search_paths,)),
    Group("overrides", {
        **EACH_ITS_OWN, SERVER + "overrides.over.x": "1", SERVER + "overrides.over.y": "\\${z}",
        SERVER + "overrides.over.z": "\\{braces}"}, (git_plan.overrides,)),
    Group("empty is an error", {**EACH_ITS_OWN, SERVER + "accept-empty": "false"}, (git_plan.nothing,)),
    Group("composite", {
        "spring.profiles.active": "composite",
        **under("composite[0].", type="git", uri="file://{root}/git_composite"),
        **under("composite[1].", type="git", uri="file://{root}/composite-second")}, (git_plan.composite,)),
    Group("native", {
        "spring.profiles.active": "native", **under("native.", search_locations="file://{root}/git_native")},
        (git_plan.native,)),
    Group("patterns", {
        **under("git.", uri="file://{root}/git_patterns"),
        **under("git.repos.team.", pattern="team-*", uri="file://{root}/patterns-team"),
        **under("git.repos.dev.", pattern="*/dev", uri="file://{root}/patterns-dev"),
        **under("git.repos.bad.", uri="file://{root}/patterns-bad"),
        **under("git.repos.gone.", uri="file://{root}/patterns-gone"),
        **under("git.repos.exact.", pattern="exact/dev", uri="file://{root}/patterns-dev")}, (git_plan.patterns,)),
)
