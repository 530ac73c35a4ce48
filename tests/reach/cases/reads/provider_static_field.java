// shows: a provider by the constant of its contract class
// manifest: {launcher: Main}
// hit: [call_log@content://call_log/calls before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri address = CallLog.Calls.CONTENT_URI;                    // hit
    Uri address = Notes.CONTENT_URI;                            // miss
    getContentResolver().query(address, null, null, null, null);
  }
}
class Notes { static final Uri CONTENT_URI = Uri.parse("content://cn.example.notes"); }
