#!/usr/bin/env perl
# Prepares Request Tracker 5 for actiontrack: what its REST interface can't do. It makes what lacks, changes nothing
# else, and may be run again. Run it on RT's own machine, as the user that RT runs as:
#
#     perl -I /usr/share/request-tracker5/lib THIS-FILE        (Debian; elsewhere -I /opt/rt5/lib)
#
# and restart RT where it says that it made a lifecycle. What it makes:
#
#   lifecycle   for a queue that it makes itself: a status for each of actiontrack's, each open to each
#   queue       for the actions; and, for a board's platform, one for its reviews
#   fields      custom fields of those queues, with the rights to see and fill them in
#   user        the connector's own: sees the queue, makes and changes its tickets, comments; its time zone is UTC
#   token       what the connector signs in with: shown once
#   scrips      what people comment or write to a requestor is put on top of the ticket's field "Progress";
#               and, where a hook is named, each transaction is told to it (a hint, nothing more)
use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use JSON ();
use RT -init;
use RT::AuthToken;
use RT::AuthTokens;
use RT::CustomField;
use RT::Lifecycle;
use RT::Queue;
use RT::Scrip;
use RT::Scrips;
use RT::User;

my $want = JSON::decode_json(<<'WANTED');
@@WANTED@@
WANTED

my $system = RT->SystemUser;

sub told { print join( ': ', @_ ), "\n" }

sub made {
    my ( $what, $ok, $why ) = @_;
    die "$what can't be made: $why\n" unless $ok;
    told( 'made', $what );
}

sub lifecycle {
    my ($name) = @_;
    return told( 'there', "lifecycle $name" ) if grep { $_ eq $name } RT::Lifecycle->ListAll('ticket');
    made( "lifecycle $name", RT::Lifecycle->CreateLifecycle( CurrentUser => $system, Name => $name, Type => 'ticket' ) );
    my %open = map { $_ => $want->{statuses}{$_} } qw(initial active inactive);
    my @all  = map { @$_ } @open{qw(initial active inactive)};
    my $made = RT::Lifecycle->new;
    $made->Load( Name => $name, Type => 'ticket' ) or $made->{name} = $name;
    my ( $ok, $why ) = RT::Lifecycle->UpdateLifecycle(
        CurrentUser  => $system,
        LifecycleObj => $made,
        NewConfig    => {
            type        => 'ticket',
            %open,
            defaults    => { on_create => $open{initial}[0] },
            transitions => { '' => \@all, map { my $from = $_; $from => [ grep { $_ ne $from } @all ] } @all },
            rights      => { '* -> *' => 'ModifyTicket' },
            actions     => [],
        },
    );
    die "lifecycle $name can't be made: $why\n" unless $ok;
    RT->Config->LoadConfigFromDatabase;
    RT::Lifecycle->FillCache;
    told( "restart RT", "it knows the new lifecycle then" );
}

sub queue {
    my ( $name, $about, @more ) = @_;
    my $queue = RT::Queue->new($system);
    $queue->Load($name);
    if ( $queue->id ) { told( 'there', "queue $name, with the lifecycle " . $queue->Lifecycle ) }
    else { made( "queue $name", $queue->Create( Name => $name, Description => $about, @more ) ) }
    return $queue;
}

sub field {
    my ( $queue, $user, $told ) = @_;
    my $what  = "field $told->{name} of " . $queue->Name;
    my $field = RT::CustomField->new($system);
    $field->LoadByName( Name => $told->{name}, LookupType => 'RT::Queue-RT::Ticket', ObjectId => $queue->id, IncludeGlobal => 1 );
    if ( $field->id ) { told( 'there', $what ) }
    else {
        $field->LoadByName( Name => $told->{name}, LookupType => 'RT::Queue-RT::Ticket' );
        unless ( $field->id ) {
            my ( $ok, $why ) = $field->Create(
                Name       => $told->{name},
                Type       => $told->{type},
                MaxValues  => 1,
                LookupType => 'RT::Queue-RT::Ticket',
                Description => $told->{about},
            );
            die "$what can't be made: $why\n" unless $ok;
            $field->AddValue( Name => $_ ) for @{ $told->{values} || [] };
        }
        made( $what, $field->AddToObject($queue) );
    }
    my $people = RT::Group->new($system);
    $people->LoadSystemInternalGroup('Privileged');
    allow( $people, $field, 'SeeCustomField', $told->{ours} ? () : qw(ModifyCustomField SetInitialCustomField) );
    allow( $user, $field, qw(SeeCustomField ModifyCustomField SetInitialCustomField) );
}

sub user {
    my ($name) = @_;
    my $user = RT::User->new($system);
    $user->Load($name);
    if ( $user->id ) {
        told( 'there', "user $name" );
        $user->SetTimezone('UTC') unless ( $user->Timezone || '' ) eq 'UTC';
    }
    else {
        made( "user $name",
            $user->Create( Name => $name, RealName => 'actiontrack', Privileged => 1, Timezone => 'UTC' ) );
    }
    return $user;
}

sub allow {
    my ( $whom, $on, @rights ) = @_;
    for my $right (@rights) {
        my @direct = ( Right => $right, Object => $on );
        next if $whom->PrincipalObj->HasRight( @direct, EquivObjects => [] );
        my ( $ok, $why ) = $whom->PrincipalObj->GrantRight(@direct);
        die "the right $right can't be granted: $why\n" unless $ok;
    }
}

sub token {
    my ($user) = @_;
    my $tokens = RT::AuthTokens->new($system);
    $tokens->LimitOwner( VALUE => $user->id );
    while ( my $token = $tokens->Next ) {
        return told( 'there', 'token' ) if $token->Description eq 'actiontrack';
    }
    my $token = RT::AuthToken->new($system);
    my ( $ok, $why, $secret ) = $token->Create( Owner => $user->id, Description => 'actiontrack' );
    made( 'token', $ok, $why );
    told( 'token', $secret );
}

sub scrip {
    my ( $queue, $about, $when, $does ) = @_;
    my $what   = "scrip “$about” of " . $queue->Name;
    my $scrips = RT::Scrips->new($system);
    $scrips->LimitToQueue( $queue->id );
    while ( my $scrip = $scrips->Next ) {
        next unless ( $scrip->Description || '' ) eq $about;
        return told( 'there', $what ) if $scrip->CustomCommitCode eq $does;
        return made( "$what, as it is now", $scrip->SetCustomCommitCode($does) );
    }
    my $scrip = RT::Scrip->new($system);
    made(
        $what,
        $scrip->Create(
            Queue                  => $queue->id,
            Description            => $about,
            ScripCondition         => 'User Defined',
            ScripAction            => 'User Defined',
            Template               => 'Blank',
            CustomIsApplicableCode => $when,
            CustomPrepareCode      => '1;',
            CustomCommitCode       => $does,
        )
    );
}

lifecycle( $want->{lifecycle} );
my $user  = user( $want->{user} );
my $queue = queue( $want->{queue}, 'Actions of case reviews', Lifecycle => $want->{lifecycle} );
my @rights = qw(SeeQueue ShowTicket ShowTicketComments ShowOutgoingEmail CreateTicket ModifyTicket CommentOnTicket);
allow( $user, $queue, @rights );
field( $queue, $user, $_ ) for @{ $want->{fields} };

my $reviews;
if ( $want->{reviews} ) {
    $reviews = queue( $want->{reviews}, 'Case reviews', Lifecycle => $want->{lifecycle} );
    allow( $user, $reviews, @rights );
    field( $reviews, $user, $_ ) for @{ $want->{review_fields} };
}

scrip( $queue, 'actiontrack: what people write is progress', <<"WHEN", <<"DOES");
return 0 unless \$self->TransactionObj->Type =~ /^(?:Comment|Correspond)\$/;
return \$self->TransactionObj->CreatorObj->Name ne '$want->{user}';
WHEN
my \$said = \$self->TransactionObj;
return 1 unless \$said->ContentObj( Type => 'text/plain' ) or \$said->ContentObj( Type => 'text/html' );
my \$text = \$said->Content( Type => 'text/plain' );
\$text =~ s/^\\s+|\\s+\$//g;
return 1 unless length \$text;
my \$before = \$self->TicketObj->FirstCustomFieldValue('$want->{progress}');
\$text .= "\\n\$before" if defined \$before and length \$before;
\$self->TicketObj->AddCustomFieldValue( Field => '$want->{progress}', Value => \$text );
1;
DOES

# What the connector itself did needs no telling.
for my $each ( $want->{hook} ? grep { defined } $queue, $reviews : () ) {
    scrip( $each, 'actiontrack: tell of changes', <<"WHEN", <<"DOES");
return \$self->TransactionObj->CreatorObj->Name ne '$want->{user}';
WHEN
require LWP::UserAgent;
my \$said = \$self->TransactionObj;
my \$body = JSON::encode_json( { ticket => \$self->TicketObj->id, transaction => \$said->id, type => \$said->Type } );
LWP::UserAgent->new( timeout => 3 )->post( q($want->{hook}), 'Content-Type' => 'application/json', Content => \$body );
1;
DOES
}

token($user);
