// shows: an accessibility service is bound by the system once the user has turned it on
// manifest:
//   launcher: Main
//   hit: {services: [{name: Help, exported: true, permission: android.permission.BIND_ACCESSIBILITY_SERVICE, actions: [android.accessibilityservice.AccessibilityService]}]}
// hit:
//   - serial reachable = service Help.onServiceConnected
//   - notifications@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - running_apps@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
//   - screen@AccessibilityService.onAccessibilityEvent reachable = service Help.onAccessibilityEvent
// miss:
//   - serial present = Help.onServiceConnected
//   - notifications@AccessibilityService.onAccessibilityEvent present = Help.onAccessibilityEvent
//   - running_apps@AccessibilityService.onAccessibilityEvent present = Help.onAccessibilityEvent
//   - screen@AccessibilityService.onAccessibilityEvent present = Help.onAccessibilityEvent

import android.accessibilityservice.AccessibilityService;
import android.view.accessibility.AccessibilityEvent;
class Main extends Activity { }
class Help extends AccessibilityService {
  public void onAccessibilityEvent(AccessibilityEvent event) { }
  public void onInterrupt() { }
  protected void onServiceConnected() { String id = SERIAL; }
}
