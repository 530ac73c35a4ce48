// shows: one row of a provider
// manifest: {launcher: Main}
// hit: [contacts@content://com.android.contacts/contacts before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri base = ContactsContract.Contacts.CONTENT_URI;           // hit
    Uri base = Uri.parse("content://cn.example.notes");         // miss
    Uri address = ContentUris.withAppendedId(base, 5);
    getContentResolver().query(address, null, null, null, null);
  }
}
