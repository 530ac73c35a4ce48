// shows: a launcher for several permissions
// manifest: {launcher: Main}
// hit:
//   - asks CAMERA,RECORD_AUDIO before_consent = launcher Main.onCreate
// miss: [asks CAMERA before_consent = launcher Main.onCreate]

import androidx.activity.*;
import androidx.activity.result.contract.*;
class Main extends ComponentActivity {
  protected void onCreate(Bundle state) {
    String[] names = {"android.permission.CAMERA", "android.permission.RECORD_AUDIO"}; // hit
    String[] names = {"android.permission.CAMERA"};             // miss
    registerForActivityResult(new ActivityResultContracts.RequestMultiplePermissions(), null).launch(names);
  }
}
package androidx.activity.result;
public abstract class ActivityResultLauncher<I> { public abstract void launch(I input); }
package androidx.activity.result.contract;
public class ActivityResultContracts {
  public static class RequestPermission extends ActivityResultContract { }
  public static class RequestMultiplePermissions extends ActivityResultContract { }
  public static class GetContent extends ActivityResultContract { }
}
package androidx.activity.result.contract;
public abstract class ActivityResultContract { }
package androidx.activity;
import androidx.activity.result.*;
import androidx.activity.result.contract.*;
public class ComponentActivity extends Activity {
  public ActivityResultLauncher registerForActivityResult(ActivityResultContract contract, Runnable done) { return null; }
}
