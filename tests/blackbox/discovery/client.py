"""A gateway seen as a client of registries: which services it knows, and how it says so."""
import re


class Client:
    def __init__(self, running):
        self.running = running

    @property
    def log(self):
        return self.running.log

    @property
    def routes(self):
        """The services with instances that are UP, but for the client itself."""
        return set(self.running.get("/routes").json.values())

    def status(self, service):
        return self.running.get(f"/{service}/x").status

    def names(self, service, count=6):
        """The back ends that answered."""
        return {self.running.get(f"/{service}/x").json.get("name", "") for _ in range(count)}

    @property
    def health(self):
        return self.running.get("/actuator/health").json["components"]["eureka"]["details"]

    @property
    def source(self):
        return self.health.get("instances", "")

    def told(self, event):
        """How often the log has this event."""
        return len(re.findall(rf"event={re.escape(event)}\b", self.log))
