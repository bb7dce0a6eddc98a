<?php
// evenhand for osTicket: tells evenhand-bridge, signed, how a ticket stands after each change, and answers
// it under /api/http.php/evenhand/: an owner, a ticket, the open tickets, and who may take some.
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
            'key' => new TextboxField(array('label' => 'Key that the bridge shows', 'required' => true,
                'configuration' => array('size' => 60, 'length' => 200))),
        );
    }
}

class EvenhandPlugin extends Plugin {
    var $config_class = 'EvenhandConfig';

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
        $curl = curl_init($config->get('address'));
        curl_setopt_array($curl, array(CURLOPT_POSTFIELDS => $body, CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => self::WAIT_S, CURLOPT_HTTPHEADER => array('Content-Type: application/json',
                "X-Evenhand-Timestamp: $at", 'X-Evenhand-Signature: sha256='
                . hash_hmac('sha256', "$at.$body", $config->get('hook')))));
        curl_exec($curl);
    }

    static function state($ticket) {
        $fields = array();
        foreach (DynamicFormEntry::forTicket($ticket->getId()) as $form)
            foreach ($form->getAnswers() as $answer)
                if ($name = $answer->getField()->get('name'))
                    $fields[$name] = (string) $answer->getValue();
        $staff = $ticket->getStaff();
        return array('id' => (int) $ticket->getId(), 'department' => $ticket->getDeptName(),
            'status' => (string) $ticket->getStatus(), 'open' => (bool) $ticket->isOpen(),
            'merged' => $ticket->isChild(), 'owner' => $staff ? $staff->getUserName() : null,
            'customer' => (string) $ticket->getEmail(), 'subject' => $ticket->getSubject(),
            'fields' => (object) $fields, 'changed_at' => strtotime($ticket->getUpdateDate()));
    }
}

class EvenhandApi {
    const PAGE = 100;
    static $key;

    static function allow() {
        $given = isset($_SERVER['HTTP_X_EVENHAND_KEY']) ? $_SERVER['HTTP_X_EVENHAND_KEY'] : '';
        if (!self::$key || !hash_equals(self::$key, $given))
            Http::response(401, '{"message":"the key is wrong"}', 'application/json');
    }

    static function answer($value) {
        Http::response(200, json_encode($value), 'application/json');
    }

    static function find($id) {
        return Ticket::lookup((int) $id)
            ?: Http::response(404, '{"message":"no such ticket"}', 'application/json');
    }

    static function owner() {
        self::allow();
        $wanted = json_decode(file_get_contents('php://input'), true);
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

    static function rights() {
        global $cfg;
        self::allow();
        $roles = array();
        $agents = self::agents();
        foreach (Role::objects() as $role) {
            $may = array();
            foreach (array('assign' => Ticket::PERM_ASSIGN, 'release' => Ticket::PERM_RELEASE,
                    'transfer' => Ticket::PERM_TRANSFER) as $word => $right)
                if ($role->hasPerm($right))
                    $may[] = $word;
            $who = isset($agents[$role->getId()]) ? array_keys($agents[$role->getId()]) : array();
            sort($who);
            $roles[] = array('name' => $role->getName(), 'may' => $may, 'agents' => $who);
        }
        self::answer(array('roles' => $roles, 'claim_on_reply' => (bool) $cfg->autoClaimTickets()));
    }
}
