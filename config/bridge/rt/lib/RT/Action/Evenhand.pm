# RT::Action::Evenhand: tells evenhand-bridge how a ticket stands, once a batch of transactions.
#
# Copy it to RT's local folder (Debian: /usr/local/share/request-tracker5/lib/RT/Action/Evenhand.pm),
# load `initialdata` with rt-setup-database, set these two in RT_SiteConfig.pm, and restart the web server:
#
#     Set($EvenhandURL, 'http://127.0.0.1:8399/');
#     Set($EvenhandSecretFile, '/etc/request-tracker5/evenhand.hook');    # readable by RT alone
#
# RT waits at most two seconds for the bridge, and goes on without it: the bridge's sweep finds what it
# missed.
package RT::Action::Evenhand;
use strict;
use warnings;
use base 'RT::Action';
use Digest::SHA qw(hmac_sha256_hex);
use JSON ();
use LWP::UserAgent;

use constant WAIT_S => 2;
my %QUIET = map { $_ => 1 } qw(Comment Correspond CommentEmailRecord EmailRecord SystemError);

sub Prepare {
    my $self = shift;
    return scalar grep { !$QUIET{ $_->Type } } $self->Transactions;
}

# Everything of this batch; RT calls us with its first transaction alone.
sub Transactions {
    my $self = shift;
    return @{ $self->TicketObj->TransactionBatch || [ $self->TransactionObj ] };
}

sub CustomFields {
    my ($self, $ticket) = @_;
    my %fields;
    my $all = $ticket->CustomFields;
    while (my $field = $all->Next) {
        my $values = $ticket->CustomFieldValues($field->Id);
        $fields{ $field->Name } = [];
        while (my $value = $values->Next) { push @{ $fields{ $field->Name } }, $value->Content; }
    }
    return \%fields;
}

# The name of its first requestor, as a search has it; RT names who wrote by mail like their address.
sub Customer {
    my ($self, $ticket) = @_;
    my $first = $ticket->Requestor->UserMembersObj->First;
    return $first ? $first->Name : undef;
}

# How the ticket stands now, read anew and as RT itself, so that it hangs on nobody's rights. A ticket that
# was merged is the other one by now; its number stands in the transaction.
sub State {
    my ($self, $id) = @_;
    my $ticket = RT::Ticket->new(RT->SystemUser);
    $ticket->LoadById($id);
    my $into = $ticket->__Value('EffectiveId');
    my $open = !$ticket->LifecycleObj->IsInactive($ticket->Status);
    return {
        id => "$id", queue => $ticket->QueueObj->Name, status => $ticket->Status,
        closed   => $open ? JSON::false : JSON::true,
        owner    => $ticket->Owner == RT->Nobody->Id ? undef : $ticket->OwnerObj->Name,
        customer => $self->Customer($ticket), subject => $ticket->Subject,
        priority => int($ticket->Priority || 0), fields => $self->CustomFields($ticket),
        merged   => $into == $id ? undef : "$into",
        told     => int($ticket->ToldObj->Unix || 0) || undef,
    };
}

sub Commit {
    my $self   = shift;
    my $url    = RT->Config->Get('EvenhandURL') or return 1;
    my @batch  = $self->Transactions;
    my $body   = JSON->new->utf8->canonical->encode({
        v => 1, ticket => $self->State($batch[-1]->ObjectId), by => $batch[-1]->CreatorObj->Name,
        transaction => int($batch[-1]->Id), at => $batch[-1]->CreatedObj->Unix });
    my $at     = time;
    my $answer = LWP::UserAgent->new(timeout => WAIT_S, max_redirect => 0, env_proxy => 0)->post($url,
        'Content-Type'         => 'application/json',
        'X-Evenhand-Event'     => "rt-" . $batch[-1]->Id,
        'X-Evenhand-Timestamp' => $at,
        'X-Evenhand-Signature' => 'sha256=' . hmac_sha256_hex("$at.$body", $self->Secret),
        Content                => $body);
    RT->Logger->warning("evenhand-bridge did not take ticket " . $self->TicketObj->Id . ": " .
        $answer->status_line) unless $answer->is_success;
    return 1;
}

sub Secret {
    my $path = RT->Config->Get('EvenhandSecretFile');
    open my $file, '<', $path or die "$path: $!";
    my $secret = <$file>;
    chomp $secret;
    return $secret;
}

1;
