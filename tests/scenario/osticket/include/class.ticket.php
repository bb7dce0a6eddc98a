<?php
// Tickets, agents, roles, forms and the database, on one file that is locked while it changes.
class Store {
    static function path() {
        return getenv('STANDIN') . '/' . STORE;
    }

    static function read() {
        return self::change(function (&$all) { return $all; });
    }

    static function change($work) {
        $file = fopen(self::path(), 'c+');
        flock($file, LOCK_EX);
        $all = json_decode(stream_get_contents($file), true);
        $before = json_encode($all);
        $result = $work($all);
        $after = json_encode($all);
        if ($after != $before) {
            ftruncate($file, 0);
            rewind($file);
            fwrite($file, $after);
        }
        fclose($file);
        return $result;
    }
}

// One row of a table: INSERT … SET with a unique (namespace, key), and DELETE of old ones.
function db_query($query, $log = true) {
    $quoted = "'((?:[^'\\\\]|\\\\.)*)'";
    return Store::change(function (&$all) use ($query, $quoted) {
        if (preg_match("/^INSERT INTO ost_config SET namespace=$quoted, `key`=$quoted, value='1', updated=NOW\\(\\)$/", $query, $row)) {
            if (isset($all['config']["$row[1] $row[2]"]))
                return false;
            $all['config']["$row[1] $row[2]"] = time();
            return true;
        }
        if (!preg_match("/^DELETE FROM ost_config WHERE namespace=$quoted AND updated < NOW\\(\\) - INTERVAL (\\d+) SECOND$/", $query, $row))
            throw new Exception("the database takes no such query: $query");
        foreach ($all['config'] as $name => $at)
            if (strpos($name, "$row[1] ") === 0 && $at < time() - $row[2])
                unset($all['config'][$name]);
        return true;
    });
}

function db_input($value) {
    return "'" . addslashes($value) . "'";
}

class Rows implements IteratorAggregate {
    public $where = array(), $most = 1000000;

    function __construct(public $class) {
    }

    function filter($where) {
        $this->where += $where;
        return $this;
    }

    function order_by($field) {
        return $this;
    }

    function limit($most) {
        $this->most = $most;
        return $this;
    }

    function getIterator(): Iterator {
        return new ArrayIterator(array_slice(array_filter(call_user_func(array($this->class, 'all')),
            function ($one) { return $one->fits($this->where); }), 0, $this->most));
    }
}

class Named {
    function __construct(public $name) {
    }

    function getName() {
        return $this->name;
    }

    function __toString(): string {
        return $this->name;
    }
}

class Role extends Named {
    static function objects() {
        return new Rows('Role');
    }

    static function all() {
        return array_map(function ($name) { return new Role($name); }, array_keys(Store::read()['roles']));
    }

    function fits($where) {
        return true;
    }

    function getId() {
        return array_search($this->name, array_keys(Store::read()['roles'])) + 1;
    }

    function hasPerm($perm) {
        return in_array($perm, Store::read()['roles'][$this->name]);
    }
}

// The store has them as {"ana": {"roles": {"1": "All Access"}, "active": true, "away": false}}.
class Staff extends Named {
    static function objects() {
        return new Rows('Staff');
    }

    static function all() {
        return array_map(function ($name) { return new Staff($name); }, array_keys(Store::read()['staff']));
    }

    static function lookup($which) {
        foreach (self::all() as $staff)
            if (is_array($which) ? $staff->name == $which['username'] : $staff->getId() == $which)
                return $staff;
        return null;
    }

    function has() {
        return Store::read()['staff'][$this->name];
    }

    function fits($where) {
        return $where == array('isactive' => 1) && $this->has()['active'];
    }

    function getId() {
        return array_search($this->name, array_keys(Store::read()['staff'])) + 1;
    }

    function getUserName() {
        return $this->name;
    }

    function getEmail() {
        return "$this->name@shop.example";
    }

    function isAvailable() {
        return $this->has()['active'] && !$this->has()['away'];
    }

    function getRoles() {
        return array_map(function ($name) { return $name ? new Role($name) : null; }, $this->has()['roles']);
    }
}

class Dept {
    static function getDepartments() {
        return array(1 => 'Sales', 4 => 'Support');
    }
}

class DynamicFormEntry {
    static $kept = array();

    function __construct(public $fields) {
    }

    // Once read it is kept for the request, unless it is forced.
    static function forTicket($id, $force = false) {
        if ($force || !isset(self::$kept[$id]))
            self::$kept[$id] = array(new DynamicFormEntry(Store::read()['tickets'][$id]['fields']));
        return self::$kept[$id];
    }

    function getAnswers() {
        return array_map(function ($name, $value) { return new Answer($name, $value); },
            array_keys($this->fields), $this->fields);
    }
}

class Answer {
    function __construct(public $name, public $value) {
    }

    function getField() {
        return $this;
    }

    function get($what) {
        return $this->name;
    }

    function getValue() {
        return $this->value;
    }
}

class Ticket {
    const PERM_ASSIGN = 'ticket.assign';
    const PERM_RELEASE = 'ticket.release';
    const PERM_TRANSFER = 'ticket.transfer';

    static $kept = array();

    function __construct(public $id, public $row) {
    }

    static function all() {
        return array_map(array('Ticket', 'lookup'), array_keys(Store::read()['tickets']));
    }

    static function objects() {
        return new Rows('Ticket');
    }

    // The same object within a request.
    static function lookup($id) {
        $tickets = Store::read()['tickets'];
        if (!isset($tickets[$id]))
            return null;
        if (!isset(self::$kept[$id]))
            self::$kept[$id] = new Ticket($id, $tickets[$id]);
        return self::$kept[$id];
    }

    static function create($fields) {
        $id = Store::change(function (&$all) use ($fields) {
            $id = count($all['tickets']) + 1;
            $all['tickets'][$id] = array('staff_id' => 0, 'state' => 'open', 'status' => 'Open',
                'ticket_pid' => null, 'merge_type' => 'separate', 'department' => 'Sales', 'updated' => self::now(),
                'fields' => $fields, 'changes' => array());
            return $id;
        });
        $ticket = self::lookup($id);
        Signal::send('model.created', $ticket);
        Signal::send('ticket.created', $ticket);
        return $ticket;
    }

    static function now() {
        return (new DateTime('now', new DateTimeZone('America/Toronto')))->format('Y-m-d H:i:s');
    }

    function save() {
        $this->row['updated'] = self::now();
        Store::change(function (&$all) { $all['tickets'][$this->id] = $this->row; });
        $dirty = array('dirty' => array());
        Signal::send('model.updated', $this, $dirty);
        return true;
    }

    function change($fields) {
        $this->row = $fields + $this->row;
        return $this->save();
    }

    function fits($where) {
        return array_keys($where) == array('status__state', 'ticket_id__gt')
            && $this->row['state'] == $where['status__state'] && $this->id > $where['ticket_id__gt'];
    }

    function getId() {
        return $this->id;
    }

    function getStaffId() {
        return $this->row['staff_id'];
    }

    function getStaff() {
        return Staff::lookup($this->row['staff_id']);
    }

    function setStaffId($id) {
        global $thisstaff;
        $this->row['staff_id'] = (int) $id;
        $this->row['changes'][] = array($thisstaff ? $thisstaff->getUserName() : null, (int) $id);
        return $this->save();
    }

    function assignToStaff($staff, $note, $alert = true, $user = null) {
        return $staff->isAvailable() && $this->setStaffId($staff->getId());
    }

    function isOpen() {
        return $this->row['state'] == 'open';
    }

    function isAnswered() {
        return !empty($this->row['answered']);
    }

    function isChild() {
        return (bool) $this->row['ticket_pid'];
    }

    function getMergeType() {
        return $this->row['merge_type'];
    }

    function getStatus() {
        return new Named($this->row['status']);
    }

    function getDeptName() {
        return $this->row['department'];
    }

    function getEmail() {
        return new Named('kim@customer.example');
    }

    function getSubject() {
        return 'Fifty tulips';
    }

    function getUpdateDate() {
        return $this->row['updated'];
    }
}
