#!/usr/bin/perl
# rt-burst.pl COUNT: so many tickets of the sample customer in the queue Sales, one after the other, as
# mails would make them. Prints their numbers. RT_SITE_CONFIG says which RT.
use strict;
use warnings;
use RT;
RT->LoadConfig;
RT->Init;
my $customer = RT::CurrentUser->new;
$customer->Load('customer') or die 'there is no customer';
my $queue = RT::Queue->new(RT->SystemUser);
$queue->Load('Sales') or die 'there is no queue Sales';
my %field = map { $_->Name => $_->Id } @{ $queue->TicketCustomFields->ItemsArrayRef };

for my $number (1 .. shift) {
    my $ticket = RT::Ticket->new($customer);
    my ($id, undef, $why) = $ticket->Create(
        Queue => 'Sales', Subject => "Order $number", Requestor => ['customer'],
        "CustomField-$field{Kind}" => 'order', "CustomField-$field{'Deal value'}" => "$number.50");
    die $why unless $id;
    print "$id\n";
}    # out of sight, its batch of changes is over, and told
