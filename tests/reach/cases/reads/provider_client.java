// shows: a client of one provider
// manifest: {launcher: Main}
// hit: [contacts@content://com.android.contacts/contacts before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Uri address = ContactsContract.Contacts.CONTENT_URI;      // hit
      Uri address = Uri.parse("content://cn.example.notes");    // miss
      ContentProviderClient client = getContentResolver().acquireContentProviderClient(address.getAuthority());
      client.query(address, null, null, null, null);
    } catch (Exception error) { }
  }
}
