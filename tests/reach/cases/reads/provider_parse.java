// shows: a provider by the text of its address
// manifest: {launcher: Main}
// hit: [sms@content://sms/inbox before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Uri address = Uri.parse("content://sms/inbox");             // hit
    Uri address = Uri.parse("content://cn.example.notes/inbox"); // miss
    getContentResolver().query(address, null, null, null, null);
  }
}
