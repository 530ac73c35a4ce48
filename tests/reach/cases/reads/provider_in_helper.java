// shows: the address that a helper of the app is given decides over its read
// manifest: {launcher: Main}
// hit: [call_log@content://call_log/calls before_consent = launcher Main.onCreate > Main.read]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    read(CallLog.Calls.CONTENT_URI);                            // hit
    read(Uri.parse("content://cn.example.notes"));              // miss
  }
  void read(Uri address) { getContentResolver().query(address, null, null, null, null); }
}
