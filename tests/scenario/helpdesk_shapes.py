"""helpdesk_shapes: the APIs that `evenhand-bridge add` asks, as each helpdesk documents them, on a stub.

    shape = Zammad(stub)
    shape.says                       # what a person answers to add's first questions
    shape.hooks                      # [{address, secret}] that were made by the API
    shape.created()                  # the body of a webhook
    shape.sign(secret)(body)         # its headers
    shape.owner                      # whose the ticket is, an account

Bodies of tickets are those of tests/unit/data/bridge.
"""
import base64
import copy
import hashlib
import hmac
import json
import os
import time

from harness import CHECKOUT
from helpdesk_stub import basic

ADDRESS = "https://bridge.shop.example/hook"
SALES = {"ana": 12, "ben": 13, "cai": 14, "theo": 15}  # e-mail before the @ → number


def mail(name):
    return name + "@shop.example"


def golden(profile, title, file="new"):
    path = os.path.join(CHECKOUT, "tests/unit/data/bridge", profile, file + ".json")
    with open(path, encoding="utf-8") as f:
        return copy.deepcopy(next(c["input"]["body"] for c in json.load(f) if c["case"] == title))


def digest(kind, secret, over):
    return hmac.new(secret.encode(), over, kind).digest()


class Shape:
    """One helpdesk; `SECRET` is what its API takes."""
    profile, SECRET, hand = "", "t0ken", False
    groups = {}      # what add has to have made of its groups
    account = ""     # its own, as add has to have found it
    unclear = [""]   # what a person answers where a group is not clear
    makes_secret = False

    def __init__(self, stub):
        self.stub, self.hooks, self.owner, self.posted = stub, [], None, []
        self.install(stub)

    @property
    def says(self):
        return [self.SECRET]

    def answer(self, method, path, made):
        """Only to whoever has the secret."""
        def guarded(ask):
            if not self.knows(ask):
                return 401, {"error": "Authentication required"}
            return made(ask) if callable(made) else made
        self.stub.answer(method, path, guarded)

    def knows(self, ask):
        return ask.headers.get("Authorization") == "Bearer " + self.SECRET

    def name_of(self, rep):
        return {"dora": "theo"}.get(rep, rep)  # whose account nobody can guess

    def account_of(self, rep):
        return str(SALES[self.name_of(rep)])

    def hook_made(self, address, secret):
        self.hooks.append({"address": address, "secret": secret, "id": 7 + len(self.hooks)})
        return self.hooks[-1]["id"]

    def hook_gone(self, ask):
        self.hooks = [h for h in self.hooks if str(h["id"]) != ask.match[1]]
        return 200, {}


class Zammad(Shape):
    profile, account = "zammad", "evenhand@shop.example"
    groups = {"Sales": "sales"}

    def knows(self, ask):
        return ask.headers.get("Authorization") == "Token token=" + self.SECRET

    def account_of(self, rep):
        return mail(self.name_of(rep))

    def install(self, stub):
        me = {"id": 9, "login": self.account, "email": self.account, "groups": {"Sales": ["full"]}}
        self.answer("GET", r"/api/v1/users/me\?expand=true", (200, me))
        self.answer("GET", r"/api/v1/groups\?.*", (200, [
            {"id": 1, "name": "Users", "active": True, "user_ids": [3]},
            {"id": 3, "name": "Sales", "active": True, "user_ids": [9, 12, 13]},
            {"id": 4, "name": "Old", "active": False}]))
        self.answer("GET", r"/api/v1/users/search\?.*permissions=ticket\.agent.*", (200, [
            {"id": n, "login": mail(name), "email": mail(name), "firstname": name, "lastname": "",
             "active": True, "roles": ["Agent"]} for name, n in SALES.items()] + [me]))
        self.answer("GET", "/api/v1/webhooks", lambda ask: (200, [
            {"id": h["id"], "name": "evenhand", "endpoint": h["address"], "signature_token": "**********"}
            for h in self.hooks]))
        self.answer("POST", "/api/v1/webhooks", lambda ask: (201, {
            "id": self.hook_made(ask.json["endpoint"], ask.json["signature_token"])}))
        self.answer("DELETE", "/api/v1/webhooks/([0-9]+)", self.hook_gone)
        self.answer("POST", "/api/v1/triggers", lambda ask: (201, {"id": 20 + len(stub.asked("POST"))}))
        self.answer("DELETE", "/api/v1/triggers/([0-9]+)", (200, {}))
        self.answer("GET", "/api/v1/tickets/search.*", (200, []))
        self.answer("GET", "/api/v1/tickets/81.*", lambda ask: (200, self.ticket()))
        self.answer("PUT", "/api/v1/tickets/81.*", self.assign)

    def ticket(self):
        return {"id": 81, "group": "Sales", "state": "open", "title": "Fifty tulips", "priority_id": 2,
                "owner": self.owner or "-", "customer": "kim@customer.example",
                "updated_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())}

    def assign(self, ask):
        self.owner = ask.json["owner"]
        return 200, self.ticket()

    def created(self):
        return golden("zammad", "a ticket is created")

    def sign(self, secret):
        return lambda body: {"X-Hub-Signature": "sha1=" + digest(hashlib.sha1, secret, body).hex()}


class Chatwoot(Shape):
    profile, account, makes_secret = "chatwoot", "9", True
    groups = {"sales": "sales", "3": "sales"}
    unclear = ["sales"]  # of the inbox

    @property
    def says(self):
        return [self.SECRET, "1"]

    def knows(self, ask):
        return ask.headers.get("api_access_token") == self.SECRET

    def install(self, stub):
        self.answer("GET", "/api/v1/profile", (200, {"id": 9, "email": mail("evenhand")}))
        self.answer("GET", "/api/v1/accounts/1/teams", (200, [{"id": 2, "name": "sales", "account_id": 1}]))
        self.answer("GET", "/api/v1/accounts/1/inboxes", (200, {"payload": [
            {"id": 3, "name": "Website", "channel_type": "Channel::WebWidget"}]}))
        self.answer("GET", "/api/v1/accounts/1/agents", (200, [
            {"id": n, "name": name, "available_name": name, "email": mail(name), "role": "agent"}
            for name, n in SALES.items()]))
        self.answer("GET", "/api/v1/accounts/1/webhooks", lambda ask: (200, {"payload": {"webhooks": [
            {"id": h["id"], "url": h["address"]} for h in self.hooks]}}))
        self.answer("POST", "/api/v1/accounts/1/webhooks", self.hook)
        self.answer("DELETE", "/api/v1/accounts/1/webhooks/([0-9]+)", self.hook_gone)
        self.answer("GET", r"/api/v1/accounts/1/conversations\?.*", (200, {"data": {"payload": []}}))
        self.answer("POST", "/api/v1/accounts/1/conversations/123/assignments", self.assign)

    def hook(self, ask):
        asked = ask.json["webhook"]
        number = self.hook_made(asked["url"], "chatwoots-own")
        return 200, {"payload": {"webhook": {"id": number, "url": asked["url"], "secret": "chatwoots-own",
                                             "subscriptions": asked["subscriptions"]}}}

    def assign(self, ask):
        self.owner = str(ask.json["assignee_id"])
        return 200, {"id": ask.json["assignee_id"], "name": "x"}

    def created(self):
        return golden("chatwoot", "a conversation begins")

    def sign(self, secret):
        def made(body):
            at = str(int(time.time()))
            over = at.encode() + b"." + body
            return {"X-Chatwoot-Timestamp": at,
                    "X-Chatwoot-Signature": "sha256=" + digest(hashlib.sha256, secret, over).hex()}
        return made


class Zendesk(Shape):
    profile, account, makes_secret, SECRET = "zendesk", "900", True, "ev@shop.example/token:t0ken"
    groups = {"360001": "sales"}

    def knows(self, ask):
        return ask.headers.get("Authorization") == basic(*self.SECRET.split(":"))

    def install(self, stub):
        last = {"has_more": False, "after_cursor": "x"}
        self.answer("GET", "/api/v2/users/me.json", (200, {"user": {"id": 900, "role": "admin"}}))
        self.answer("GET", r"/api/v2/groups.json\?page%5Bsize%5D=100", (200, {
            "groups": [{"id": 360001, "name": "Sales", "deleted": False}],
            "meta": {"has_more": True, "after_cursor": "b=="}}))
        self.answer("GET", r"/api/v2/groups.json\?.*after%5D=b%3D%3D", (200, {
            "groups": [{"id": 360002, "name": "Billing", "deleted": False}], "meta": last}))
        self.answer("GET", r"/api/v2/users.json\?role%5B%5D=agent.*", (200, {
            "users": [{"id": n, "name": name, "email": mail(name), "active": True}
                      for name, n in SALES.items()], "meta": last}))
        self.answer("GET", r"/api/v2/webhooks\?.*", lambda ask: (200, {"webhooks": [
            {"id": "01H%d" % h["id"], "endpoint": h["address"]} for h in self.hooks], "meta": last}))
        self.answer("POST", "/api/v2/webhooks", lambda ask: (201, {"webhook": {
            "id": "01H%d" % self.hook_made(ask.json["webhook"]["endpoint"], "zendesks-own"), "status": "active"}}))
        self.answer("GET", "/api/v2/webhooks/01H7/signing_secret", (200, {
            "signing_secret": {"algorithm": "SHA256", "secret": "zendesks-own"}}))
        self.answer("DELETE", "/api/v2/webhooks/01H([0-9]+)", self.hook_gone)
        self.answer("GET", "/api/v2/search/export.json.*", (200, {"results": [], "meta": last}))
        self.answer("GET", "/api/v2/tickets/5158.json", lambda ask: (200, self.ticket()))
        self.answer("PUT", "/api/v2/tickets/5158.json", self.assign)

    def ticket(self):
        whole = golden("zendesk", "what is read")
        whole["ticket"]["assignee_id"] = self.owner and int(self.owner)
        return whole

    def assign(self, ask):
        self.owner = str(ask.json["ticket"]["assignee_id"])
        return 200, self.ticket()

    def created(self):
        return golden("zendesk", "it is created: to be read")

    def sign(self, secret):
        def made(body):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            return {"X-Zendesk-Webhook-Signature-Timestamp": at, "X-Zendesk-Webhook-Signature":
                    base64.b64encode(digest(hashlib.sha256, secret, at.encode() + body)).decode()}
        return made


class Freshdesk(Shape):
    profile, account, SECRET = "freshdesk", "900", "k3y:X"
    groups = {"7000": "sales"}
    unclear = []

    def knows(self, ask):
        return ask.headers.get("Authorization") == basic(*self.SECRET.split(":"))

    def install(self, stub):
        self.answer("GET", "/api/v2/agents/me", (200, {"id": 900, "contact": {"name": "ev"}}))
        self.answer("GET", r"/api/v2/groups\?per_page=100&page=1", (200, [{"id": 7000, "name": "Sales"}]))
        self.answer("GET", r"/api/v2/agents\?per_page=100&page=1", (200, [
            {"id": n, "contact": {"name": name, "email": mail(name)}} for name, n in SALES.items()]))
        self.answer("GET", "/api/v2/automations/[14]/rules", lambda ask: (200, [
            {"id": h["id"], "actions": [{"field_name": "trigger_webhook", "url": h["address"]}]}
            for h in self.hooks]))
        self.answer("POST", "/api/v2/automations/[14]/rules", lambda ask: (201, {"id": self.hook_made(
            ask.json["actions"][0]["url"], ask.json["actions"][0]["custom_headers"]["X-Evenhand-Token"])}))
        self.answer("DELETE", "/api/v2/automations/[14]/rules/([0-9]+)", self.hook_gone)
        self.answer("GET", r"/api/v2/tickets\?.*", (200, []))
        self.answer("GET", "/api/v2/tickets/20", lambda ask: (200, self.ticket()))
        self.answer("PUT", "/api/v2/tickets/20", self.assign)

    def ticket(self):
        return dict(golden("freshdesk", "what is read"), responder_id=self.owner and int(self.owner))

    def assign(self, ask):
        self.owner = str(ask.json["responder_id"])
        return 200, self.ticket()

    def created(self):
        return golden("freshdesk", "to be read")

    def sign(self, secret):
        return lambda body: {"X-Evenhand-Token": secret}


class Jira(Shape):
    profile, account, SECRET = "jira", "5b10:ev", "ev@shop.example:t0ken"
    groups = {"SALES": "sales"}

    def knows(self, ask):
        return ask.headers.get("Authorization") == basic(*self.SECRET.split(":"))

    def account_of(self, rep):
        return "5b10:" + self.name_of(rep)

    def install(self, stub):
        self.answer("GET", "/rest/api/3/myself", (200, {"accountId": self.account}))
        self.answer("GET", r"/rest/api/3/project/search\?.*startAt=0&.*", (200, {
            "isLast": False, "values": [{"id": "1", "key": "SALES", "name": "Sales"}]}))
        self.answer("GET", r"/rest/api/3/project/search\?.*startAt=1&.*", (200, {
            "isLast": True, "values": [{"id": "2", "key": "IT", "name": "Machines"}]}))
        self.answer("GET", r"/rest/api/3/user/assignable/multiProjectSearch\?.*projectKeys=SALES%2CIT",
                    (200, [{"accountId": "5b10:" + name, "displayName": name, "emailAddress": mail(name),
                            "active": True, "accountType": "atlassian"} for name in SALES] +
                     [{"accountId": "5b10:bot", "displayName": "Bot", "accountType": "app"}]))
        self.answer("GET", "/rest/webhooks/1.0/webhook", lambda ask: (200, [
            {"self": stub.url + "/rest/webhooks/1.0/webhook/%d" % h["id"], "url": h["address"]}
            for h in self.hooks]))
        self.answer("POST", "/rest/webhooks/1.0/webhook", lambda ask: (201, {
            "self": stub.url + "/rest/webhooks/1.0/webhook/%d" % self.hook_made(
                ask.json["url"], ask.json["secret"])}))
        self.answer("DELETE", "/rest/webhooks/1.0/webhook/([0-9]+)", self.hook_gone)
        self.answer("GET", "/rest/api/3/search/jql.*", (200, {"issues": []}))
        self.answer("PUT", "/rest/api/3/issue/10002/assignee", self.assign)

    def assign(self, ask):
        self.owner = ask.json["accountId"]
        return 204, None

    def created(self):
        return golden("jira", "an issue is created")

    def sign(self, secret):
        return lambda body: {"X-Hub-Signature": "sha256=" + digest(hashlib.sha256, secret, body).hex()}


class FreeScout(Shape):
    profile, account = "freescout", "9"
    groups = {"15": "sales"}
    unclear = []

    @property
    def says(self):
        return [self.SECRET, "9"]

    def knows(self, ask):
        return ask.headers.get("X-FreeScout-API-Key") == self.SECRET

    def install(self, stub):
        page = {"size": 50, "totalPages": 1, "number": 1}
        self.answer("GET", r"/api/mailboxes\?page=1", (200, {
            "_embedded": {"mailboxes": [{"id": 15, "name": "Sales", "email": mail("sales")}]}, "page": page}))
        self.answer("GET", r"/api/users\?page=1", (200, {"_embedded": {"users": [
            {"id": n, "firstName": name, "lastName": "", "email": mail(name)} for name, n in SALES.items()]},
            "page": page}))
        self.answer("POST", "/api/webhooks", lambda ask: (201, {
            "id": self.hook_made(ask.json["url"], "freescouts-own")}))
        self.answer("DELETE", "/api/webhooks/([0-9]+)", self.hook_gone)
        self.answer("GET", r"/api/conversations\?.*", (200, {"_embedded": {"conversations": []}, "page": page}))
        self.answer("GET", "/api/conversations/15", lambda ask: (200, self.ticket()))
        self.answer("PUT", "/api/conversations/15", self.assign)

    def ticket(self):
        whole = golden("freescout", "a conversation begins")
        return dict(whole, assignee=self.owner and {"id": int(self.owner), "type": "user"})

    def assign(self, ask):
        self.owner = str(ask.json["assignTo"])
        return 204, None

    def created(self):
        return golden("freescout", "a conversation begins")

    def sign(self, secret):
        return lambda body: {"X-FreeScout-Event": "convo.created", "X-FreeScout-Signature":
                             base64.b64encode(digest(hashlib.sha1, secret, body)).decode()}
