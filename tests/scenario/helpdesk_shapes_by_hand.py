"""helpdesk_shapes_by_hand: those whose webhook a person makes: they tell their people, or nothing."""
import base64
import hashlib
import time

from helpdesk_shapes import ADDRESS, SALES, Shape, digest, golden, mail


class Generic(Shape):
    profile, account = "generic", "bridge@shop.example"
    groups = {"Sales": "sales"}
    unclear = []

    @property
    def says(self):
        return [self.SECRET, self.account]

    def account_of(self, rep):
        return self.name_of(rep)

    def install(self, stub):
        self.answer("GET", "/evenhand/people", (200, {"groups": ["Sales"], "people": [
            {"account": name, "name": name, "email": mail(name)} for name in SALES]}))
        self.answer("GET", r"/evenhand/tickets\?page=.*", (200, {"tickets": []}))
        self.answer("POST", "/evenhand/owner", self.assign)

    def assign(self, ask):
        self.owner = ask.json["owner"]
        return 200, {"done": True}

    def created(self):
        return {"id": "1", "group": "Sales", "kind": "order", "value": 12995, "open": True, "account": None}

    def sign(self, secret):
        def made(body):
            at = str(int(time.time()))
            return {"X-Evenhand-Timestamp": at, "X-Evenhand-Signature": "sha256=" + digest(
                hashlib.sha256, secret, at.encode() + b"." + body).hex()}
        return made


class OsTicket(Generic):
    profile, account = "osticket", ""

    @property
    def says(self):
        return [self.SECRET]

    def knows(self, ask):
        """The key itself, or what it has signed."""
        over = "%s.%s.%s.%s" % (ask.headers.get("X-Evenhand-Timestamp"), ask.method, ask.path, ask.body.decode())
        signed = "sha256=" + digest(hashlib.sha256, self.SECRET, over.encode()).hex()
        return (ask.headers.get("X-Evenhand-Key") or "") == self.SECRET or \
            ask.headers.get("X-Evenhand-Signature") == signed

    def install(self, stub):
        self.answer("GET", "/api/http.php/evenhand/people", (200, {
            "departments": ["Sales"], "people": [
                {"account": name, "name": name, "email": mail(name)} for name in SALES]}))
        self.answer("GET", r"/api/http.php/evenhand/tickets\?.*", (200, {"tickets": [], "more": False}))
        self.answer("POST", "/api/http.php/evenhand/owner", self.assign)

    def created(self):
        return golden("osticket", "a ticket is created")


class Hubspot(Shape):
    profile = "hubspot"
    groups = {"0": "sales"}
    unclear = ["sales"]

    def install(self, stub):
        self.answer("GET", "/crm/v3/pipelines/tickets", (200, {"results": [{"id": "0", "label": "Support Pipeline"}]}))
        self.answer("GET", r"/crm/v3/owners\?limit=100", (200, {"results": [
            {"id": str(n), "email": mail(name), "firstName": name, "lastName": "", "archived": False}
            for name, n in list(SALES.items())[:2]], "paging": {"next": {"after": "77=="}}}))
        self.answer("GET", r"/crm/v3/owners\?limit=100&after=77%3D%3D", (200, {"results": [
            {"id": str(n), "email": mail(name), "firstName": name, "lastName": "", "archived": False}
            for name, n in list(SALES.items())[2:]]}))
        self.answer("GET", r"/crm/v3/objects/tickets\?.*", (200, {"results": []}))
        self.answer("GET", r"/crm/v3/objects/tickets/1148\?.*", lambda ask: (200, self.ticket()))
        self.answer("PATCH", "/crm/v3/objects/tickets/1148", self.assign)

    def ticket(self):
        whole = golden("hubspot", "what is read")
        whole["properties"]["hubspot_owner_id"] = self.owner or ""
        return whole

    def assign(self, ask):
        self.owner = ask.json["properties"]["hubspot_owner_id"]
        return 200, self.ticket()

    def created(self):
        return golden("hubspot", "it is created: to be read")

    def sign(self, secret):
        """Over the address as HubSpot calls it, too."""
        def made(body):
            at = str(int(time.time() * 1000))
            over = b"POST" + ADDRESS.encode() + body + at.encode()
            return {"X-HubSpot-Request-Timestamp": at, "X-HubSpot-Signature-v3":
                    base64.b64encode(digest(hashlib.sha256, secret, over)).decode()}
        return made


class Glpi(Shape):
    profile, account, SECRET = "glpi", "evenhand", "cl1ent:passw0rd"
    groups = {"Sales": "sales"}

    @property
    def says(self):
        return ["9c1d", "evenhand", self.SECRET]

    def knows(self, ask):
        return ask.headers.get("Authorization") == "Bearer session-1"

    def install(self, stub):
        def login(ask):
            right = b"client_secret=cl1ent" in ask.body and b"password=passw0rd" in ask.body
            return (200, {"access_token": "session-1"}) if right else (401, {"error": "invalid_client"})
        stub.answer("POST", "/api.php/token", login)
        self.answer("GET", r"/api.php/v2/Administration/Group\?limit=200", (200, [{"id": 5, "name": "Sales"}]))
        self.answer("GET", r"/api.php/v2/Administration/Entity\?limit=200", (200, [{"id": 0, "name": "Shop"}]))
        self.answer("GET", r"/api.php/v2/Administration/User\?limit=200&start=0.*", (200, [
            {"id": n, "username": name, "realname": None, "emails": [{"email": mail(name)}]}
            for name, n in SALES.items()]))
        self.answer("GET", r"/api.php/v2/Assistance/Ticket\?.*", (200, []))
        self.answer("GET", r"/api.php/v2/Administration/Profile.*", (403, {}))


class Rt(Shape):
    profile, account = "rt", "evenhand"
    groups = {"Sales": "sales"}
    unclear = []

    @property
    def says(self):
        return ["evenhand", self.SECRET]

    def account_of(self, rep):
        return self.name_of(rep)

    def knows(self, ask):
        return ask.headers.get("Cookie") == "RT_SID_x=1"

    def install(self, stub):
        def login(ask):
            right = b"pass=" + self.SECRET.encode() in ask.body
            return (302, None, {"Set-Cookie": "RT_SID_x=1"}) if right else (200, None)
        stub.answer("POST", "/NoAuth/Login.html", login)
        self.answer("GET", "/Helpers/EvenhandPeople", (200, {"queues": ["Sales"], "people": [
            {"account": name, "name": "", "email": mail(name)} for name in SALES]}))
        self.answer("GET", r"/REST/2.0/tickets\?.*", (200, {"items": [], "pages": 0}))


class Znuny(Shape):
    """It tells nothing: groups and accounts are given by hand."""
    profile, account, SECRET, hand = "znuny", "evenhand", "evenhand:passw0rd", True
    groups = {"Sales": "sales"}
    unclear = ["Sales", "sales", ""]

    @property
    def says(self):
        return [self.SECRET, "evenhand"]

    def account_of(self, rep):
        return self.name_of(rep)

    def install(self, stub):
        stub.answer("POST", "/nph-genericinterface.pl/Webservice/Evenhand/Search", (200, {}))
