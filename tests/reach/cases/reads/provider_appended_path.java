// shows: an address that is longer than the constant
// manifest: {launcher: Main}
// hit: [sms@content://sms/inbox before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri base = Uri.parse("content://sms");                      // hit
    Uri base = Uri.parse("content://cn.example.notes");         // miss
    Uri address = Uri.withAppendedPath(base, "inbox");
    getContentResolver().query(address, null, null, null, null);
  }
}
