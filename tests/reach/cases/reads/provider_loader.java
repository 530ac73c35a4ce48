// shows: a loader reads what its address names
// manifest: {launcher: Main}
// hit: [contacts@content://com.android.contacts/data/phones before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri address = ContactsContract.CommonDataKinds.Phone.CONTENT_URI; // hit
    Uri address = Uri.parse("content://cn.example.notes");      // miss
    new CursorLoader(this, address, null, null, null, null).loadInBackground();
  }
}
