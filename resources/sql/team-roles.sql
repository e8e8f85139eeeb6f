-- Roles of a team's database, with the least rights that the console needs. Run it in the console's database as somebody who
-- may create roles; running it again does no harm and covers tables that a new version has added.

do $$
begin
    if not exists (select from pg_roles where rolname = 'zoho_console_owner') then
        create role zoho_console_owner nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'zoho_console_user') then
        create role zoho_console_user nologin;
    end if;
end
$$;

revoke create on schema public from public;
grant usage, create on schema public to zoho_console_owner;
grant usage on schema public to zoho_console_user;

-- What is there already, and what the owner makes from now on.
grant select, insert, update, delete on all tables in schema public to zoho_console_user;
grant usage on all sequences in schema public to zoho_console_user;
alter default privileges for role zoho_console_owner in schema public
    grant select, insert, update, delete on tables to zoho_console_user;
alter default privileges for role zoho_console_owner in schema public
    grant usage on sequences to zoho_console_user;

-- Which version of the schema this is, is the owner's to say.
do $$
begin
    if to_regclass('public.zoho_console_version') is not null then
        revoke insert, update, delete on zoho_console_version from zoho_console_user;
    end if;
end
$$;
