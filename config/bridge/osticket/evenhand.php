<?php
// evenhand for osTicket: tells evenhand-bridge, signed, how a ticket stands after each change, and answers
// it under /api/http.php/evenhand/: an owner, a ticket, the open tickets, and who may take some.
//
// Both ways are signed with HMAC-SHA256 and have a time: what comes is refused with a wrong signature or an
// old time, and an owner also when the same request came before.
require_once INCLUDE_DIR . 'class.plugin.php';
require_once INCLUDE_DIR . 'class.signal.php';
require_once INCLUDE_DIR . 'class.ticket.php';
require_once INCLUDE_DIR . 'class.dispatcher.php';
require_once INCLUDE_DIR . 'class.api.php';

class EvenhandConfig extends PluginConfig {
    function getOptions() {
        return array(
            'address' => new TextboxField(array('label' => 'Address of the bridge', 'required' => true,
                'configuration' => array('size' => 60, 'length' => 200))),
            'hook' => new TextboxField(array('label' => 'Secret that webhooks are signed with',
                'required' => true, 'configuration' => array('size' => 60, 'length' => 200))),
            'key' => new TextboxField(array('label' => 'Secret that the bridge signs with', 'required' => true,
                'configuration' => array('size' => 60, 'length' => 200))),
        );
    }
}

class EvenhandPlugin extends Plugin {
    var $config_class = 'EvenhandConfig';

    // Since 1.17 a plugin may have instances; two of ours would tell everything twice.
    function isMultiInstance() {
        return false;
    }

    function bootstrap() {
        $config = $this->getConfig();
        $tell = function ($ticket) use ($config) { EvenhandTicket::tellLater($ticket, $config); };
        Signal::connect('ticket.created', $tell);
        Signal::connect('model.updated', $tell, 'Ticket');
        Signal::connect('api', function ($dispatcher) use ($config) {
            EvenhandApi::$key = $config->get('key');
            $dispatcher->append(url('^/evenhand/', patterns('',
                url_post('^owner$', array('EvenhandApi', 'owner')),
                url_get('^tickets/(?P<id>\d+)$', array('EvenhandApi', 'ticket')),
                url_get('^tickets$', array('EvenhandApi', 'tickets')),
                url_get('^people$', array('EvenhandApi', 'people')),
                url_get('^rights$', array('EvenhandApi', 'rights')))));
        });
    }
}

class EvenhandTicket {
    const WAIT_S = 2;       // a page waits so long for the bridge, and goes on without it
    static $changed = array();

    // Once a request, when all of its changes are made.
    static function tellLater($ticket, $config) {
        if (!self::$changed)
            register_shutdown_function(array('EvenhandTicket', 'tellAll'), $config);
        self::$changed[$ticket->getId()] = true;
    }

    static function tellAll($config) {
        global $thisstaff;
        foreach (array_keys(self::$changed) as $id)
            if ($ticket = Ticket::lookup($id))
                self::tell(array('v' => 1, 'ticket' => self::state($ticket)
                    + array('by' => $thisstaff ? $thisstaff->getUserName() : null)), $config);
    }

    static function tell($message, $config) {
        $body = json_encode($message);
        $at = time();
        $sign = 'sha256=' . hash_hmac('sha256', "$at.$body", $config->get('hook'));
        @file_get_contents($config->get('address'), false, stream_context_create(array('http' => array(
            'method' => 'POST', 'content' => $body, 'timeout' => self::WAIT_S, 'ignore_errors' => true,
            'follow_location' => 0, 'header' => array('Content-Type: application/json', 'Connection: close',
                "X-Evenhand-Timestamp: $at", "X-Evenhand-Signature: $sign")))));
    }

    // A linked ticket has a parent, too, but it was not merged into it.
    static function isMerged($ticket) {
        return $ticket->isChild() && $ticket->getMergeType() != 'visual';
    }

    static function state($ticket) {
        $fields = array();
        foreach (DynamicFormEntry::forTicket($ticket->getId(), true) as $form)
            foreach ($form->getAnswers() as $answer)
                if ($name = $answer->getField()->get('name'))
                    $fields[$name] = (string) $answer->getValue();
        $staff = $ticket->getStaff();
        return array('id' => (int) $ticket->getId(), 'department' => $ticket->getDeptName(),
            'status' => (string) $ticket->getStatus(), 'open' => (bool) $ticket->isOpen(),
            'merged' => self::isMerged($ticket), 'answered' => (bool) $ticket->isAnswered(),
            'owner' => $staff ? $staff->getUserName() : null,
            'customer' => (string) $ticket->getEmail(), 'subject' => $ticket->getSubject(),
            'fields' => (object) $fields, 'changed_at' => Misc::db2gmtime($ticket->getUpdateDate()));
    }
}

class EvenhandApi {
    const PAGE = 100;
    const OLD_S = 300;              // a request may be so old, and so far ahead of our clock
    const SEEN = 'evenhand.seen';   // namespace of the signatures in osTicket's table of settings
    static $key;

    static function header($name) {
        return isset($_SERVER[$name]) ? $_SERVER[$name] : '';
    }

    static function refuse($why) {
        Http::response(401, json_encode(array('message' => $why)), 'application/json');
    }

    // The path as the bridge knows it: what stands before it is where osTicket lies.
    static function allow($body = '') {
        $at = self::header('HTTP_X_EVENHAND_TIMESTAMP');
        $path = strstr($_SERVER['REQUEST_URI'], '/api/http.php/');
        $sign = 'sha256=' . hash_hmac('sha256', "$at.{$_SERVER['REQUEST_METHOD']}.$path.$body", self::$key);
        if (!self::$key || !hash_equals($sign, self::header('HTTP_X_EVENHAND_SIGNATURE')))
            self::refuse('the signature is wrong; is the secret the same?');
        if (!ctype_digit($at) || abs(time() - (int) $at) > self::OLD_S)
            self::refuse('the request is too old; are the clocks right?');
        return $sign;
    }

    // The table takes a name once, so that of two at the same time one is refused.
    static function allowOnce($body) {
        $sign = self::allow($body);
        $space = db_input(self::SEEN);
        $old_s = 3 * self::OLD_S;
        try {
            db_query('DELETE FROM ' . CONFIG_TABLE . " WHERE namespace=$space AND updated < NOW() - INTERVAL $old_s SECOND", false);
            $new = db_query('INSERT INTO ' . CONFIG_TABLE . " SET namespace=$space, `key`=" . db_input(substr($sign, 7, 60))
                . ", value='1', updated=NOW()", false);
        } catch (Exception $e) {
            $new = false;
        }
        if (!$new)
            self::refuse('the request came before');
    }

    static function answer($value) {
        Http::response(200, json_encode($value), 'application/json');
    }

    static function find($id) {
        return Ticket::lookup((int) $id)
            ?: Http::response(404, '{"message":"no such ticket"}', 'application/json');
    }

    static function owner() {
        $body = file_get_contents('php://input');
        self::allowOnce($body);
        $wanted = json_decode($body, true);
        $ticket = self::find($wanted['ticket']);
        if ($wanted['owner'] === null)
            self::answer(array('done' => !$ticket->getStaffId() || $ticket->setStaffId(0)));
        $staff = Staff::lookup(array('username' => $wanted['owner']));
        if ($staff && $ticket->getStaffId() == $staff->getId())
            self::answer(array('done' => true));
        self::answer(array('done' => $staff && $ticket->isOpen()
            && $ticket->assignToStaff($staff, '', false)));
    }

    static function ticket($id) {
        self::allow();
        self::answer(array('ticket' => EvenhandTicket::state(self::find($id))));
    }

    static function tickets() {
        self::allow();
        $after = isset($_GET['after']) ? (int) $_GET['after'] : 0;
        $found = array();
        $open = Ticket::objects()->filter(array('status__state' => 'open', 'ticket_id__gt' => $after))
            ->order_by('ticket_id')->limit(self::PAGE);
        foreach ($open as $ticket)
            $found[] = EvenhandTicket::state($ticket);
        self::answer(array('tickets' => $found, 'more' => count($found) == self::PAGE));
    }

    // Who has which role, in whichever department.
    static function agents() {
        $agents = array();
        foreach (Staff::objects()->filter(array('isactive' => 1)) as $staff)
            foreach ($staff->getRoles() as $role)
                if ($role)
                    $agents[$role->getId()][$staff->getUserName()] = true;
        return $agents;
    }

    static function people() {
        self::allow();
        $people = array();
        foreach (Staff::objects()->filter(array('isactive' => 1)) as $staff)
            $people[] = array('account' => $staff->getUserName(), 'name' => (string) $staff->getName(),
                'email' => $staff->getEmail());
        self::answer(array('departments' => array_values(Dept::getDepartments()), 'people' => $people));
    }

    static function may($role) {
        $may = array();
        foreach (array('assign' => Ticket::PERM_ASSIGN, 'release' => Ticket::PERM_RELEASE,
                'transfer' => Ticket::PERM_TRANSFER) as $word => $right)
            if ($role->hasPerm($right))
                $may[] = $word;
        return $may;
    }

    static function rights() {
        global $cfg;
        self::allow();
        $roles = array();
        $agents = self::agents();
        foreach (Role::objects() as $role) {
            $who = isset($agents[$role->getId()]) ? array_keys($agents[$role->getId()]) : array();
            sort($who);
            $roles[] = array('name' => $role->getName(), 'may' => self::may($role), 'agents' => $who);
        }
        self::answer(array('roles' => $roles, 'claim_on_reply' => (bool) $cfg->autoClaimTickets()));
    }
}
