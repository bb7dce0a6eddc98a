<?php
// Stand-ins for as much of osTicket 1.18 as our plugin touches: names, arguments and habits of its classes
// are those of osTicket's source, the rest is ours. Run by bridge_osticket.py:
//
//     STANDIN=/folder php -S 127.0.0.1:PORT tests/scenario/osticket/router.php
//
// The folder has config.json (the plugin's settings) and store.json (tickets, agents, roles). Requests to
// /support/api/http.php/ go through osTicket's way of dispatching; /stand-in/ is what a page would do.
const STORE = 'store.json';
define('INCLUDE_DIR', __DIR__ . '/include/');
define('CONFIG_TABLE', 'ost_config');
date_default_timezone_set('UTC');
error_reporting(E_ALL);
set_error_handler(function ($level, $what, $file, $line) {
    // osTicket's pages hide warnings; ours are faults
    if (!(error_reporting() & $level))
        return false;
    file_put_contents(getenv('STANDIN') . '/faults', "$file:$line: $what\n", FILE_APPEND);
    return false;
});

require_once INCLUDE_DIR . 'class.plugin.php';
require_once INCLUDE_DIR . 'class.signal.php';
require_once INCLUDE_DIR . 'class.ticket.php';
require_once INCLUDE_DIR . 'class.dispatcher.php';

$cfg = new OsticketConfig();
$thisstaff = null;

// A plugin is loaded by its manifest, and then by its class.
$folder = getenv('PLUGIN');
$manifest = include "$folder/plugin.php";
list($file, $class) = explode(':', $manifest['plugin']);
include_once "$folder/$file";
$plugin = new $class();
$plugin->bootstrap();

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (strpos($path, '/support/api/http.php/') === 0) {
    $dispatcher = patterns('', url_post('^/tickets\.json$', array('Nobody', 'create')));
    Signal::send('api', $dispatcher);
    print $dispatcher->resolve(substr($path, strlen('/support/api/http.php')));
    return;
}

// What agents and customers do on osTicket's pages.
$ask = json_decode(file_get_contents('php://input'), true) ?: array();
$thisstaff = isset($ask['by']) ? Staff::lookup(array('username' => $ask['by'])) : null;
$ticket = isset($ask['ticket']) ? Ticket::lookup($ask['ticket']) : null;
if ($ticket)
    DynamicFormEntry::forTicket($ticket->getId());  // a page shows a ticket before it changes it
switch ($path) {
case '/stand-in/create':
    $ticket = Ticket::create($ask['fields']);
    break;
case '/stand-in/assign':
    $ticket->assignToStaff(Staff::lookup(array('username' => $ask['to'])), '');
    break;
case '/stand-in/set':
    $ticket->change($ask['fields']);
    break;
}
print json_encode(array('id' => $ticket ? $ticket->getId() : null));
